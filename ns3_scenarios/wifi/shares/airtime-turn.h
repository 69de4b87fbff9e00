// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_TURN_H
#define PHYSICAL_AIRTIME_TURN_H

#include "ns3/mac48-address.h"
#include "ns3/wifi-mac.h"

namespace physical {

/// Data of one MAC for one peer: they may go to the channel, or they wait. Management and control
/// frames, and data for others, go as ever.
class AirtimeTurn {
  public:
    AirtimeTurn(ns3::Ptr<ns3::WifiMac> mac, const ns3::Mac48Address& peer);

    /// Whether data wait that are not on the air now.
    bool HasData() const;
    /// They may go, and contend for the channel.
    void Open() const;
    /// They may go if asked for.
    void Admit() const;
    void Close() const;

  private:
    ns3::Ptr<ns3::WifiMac> m_mac;
    ns3::Mac48Address m_peer;
};

}  // namespace physical

#endif
