// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PPDU_PART_H
#define PHYSICAL_PPDU_PART_H

#include "ns3/nstime.h"
#include "ns3/wifi-phy-band.h"
#include "ns3/wifi-ppdu.h"
#include "ns3/wifi-psdu.h"
#include "ns3/wifi-tx-vector.h"

#include <cstdint>

namespace physical {

/// A PSDU and its time: the whole PPDU, or a resource unit of it (IEEE 802.11ax-2021, 27.3.2.2).
struct PpduPart {
    ns3::Ptr<const ns3::WifiPsdu> psdu;
    std::uint16_t sta_id;
    ns3::Time duration;  ///< of the PPDU
    ns3::Time airtime;   ///< duration times the unit's part of the channel
};

/// Width of a station's resource unit over that of the channel; 1 without one. 106 tones count for
/// 8 MHz, as in ns-3.
double PartOfChannel(const ns3::WifiTxVector& vector, std::uint16_t sta_id);

/// The first, and where a station or an access point sends to one peer the only, part of a PPDU.
PpduPart FirstPart(const ns3::WifiConstPsduMap& psdus,
                   const ns3::WifiTxVector& vector,
                   ns3::WifiPhyBand band);

}  // namespace physical

#endif
