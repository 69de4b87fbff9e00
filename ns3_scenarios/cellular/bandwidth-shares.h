// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_BANDWIDTH_SHARES_H
#define PHYSICAL_BANDWIDTH_SHARES_H

#include "lte-network.h"
#include "mac/share-ff-mac-scheduler.h"

#include <cstdint>
#include <vector>

namespace physical {

/// Carries each user's share to the MAC scheduler of the cell that serves it. The scheduler knows a
/// user by its RNTI, which changes with every handover.
class BandwidthShares {
  public:
    /// @param network with base stations that have a ShareFfMacScheduler
    explicit BandwidthShares(const LteNetwork& network);

    /// Apply the share, in both directions. Nothing happens while the user has no cell.
    void Apply(std::uint32_t ue, double share);

  private:
    struct Place {
        int bs = -1;
        std::uint16_t rnti = 0;
    };

    const LteNetwork& m_network;
    std::vector<ns3::Ptr<ShareFfMacScheduler>> m_schedulers;  ///< per base station
    std::vector<Place> m_last;  ///< where each user's share is in force
};

}  // namespace physical

#endif
