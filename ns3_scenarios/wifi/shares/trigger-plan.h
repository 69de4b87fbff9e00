// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRIGGER_PLAN_H
#define PHYSICAL_TRIGGER_PLAN_H

#include "ns3/nstime.h"
#include "ns3/wifi-phy-band.h"
#include "ns3/wifi-tx-vector.h"

#include <cstdint>
#include <vector>

namespace physical {

/// A station that is to be asked for data.
struct Asked {
    std::uint32_t ue;
    std::uint16_t aid;
    std::uint8_t mcs;
    std::uint8_t streams;
    std::uint32_t bytes;  ///< that it has
};

/// Who sends in one trigger-based PPDU, where in the channel, and for how long.
struct TriggerPlan {
    std::vector<Asked> stations;
    ns3::WifiTxVector vector;  ///< of the PPDU
    ns3::Time duration;        ///< of the PPDU
};

/**
 * Divide the channel among stations, the first of them if it cannot be divided among all: in
 * resource units of one size (IEEE 802.11ax-2021, 27.3.2.2), so long that whoever has most can send
 * it, but not for long, and so large that each can send a whole frame (there are no fragments).
 *
 * @param stations at least one
 * @param vector preamble, width, guard interval and colour of the PPDU
 */
TriggerPlan PlanTrigger(std::vector<Asked> stations,
                        const ns3::WifiTxVector& vector,
                        ns3::WifiPhyBand band);

}  // namespace physical

#endif
