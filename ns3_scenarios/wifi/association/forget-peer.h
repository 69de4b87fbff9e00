// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_FORGET_PEER_H
#define PHYSICAL_FORGET_PEER_H

#include "ns3/mac48-address.h"
#include "ns3/wifi-mac.h"

namespace physical {

/// @return whether a frame to this peer is on the air, or waits for its acknowledgement
bool HasFrameOnAir(const ns3::WifiMac& mac, const ns3::Mac48Address& peer);

/// Drop all frames that wait for a peer, and the block ack agreements with it; only if none of them
/// is on the air.
void ForgetPeer(const ns3::WifiMac& mac, const ns3::Mac48Address& peer);

}  // namespace physical

#endif
