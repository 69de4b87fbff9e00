// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MAC_MONITOR_H
#define PHYSICAL_MAC_MONITOR_H

#include "scheduler-tap.h"

#include "ns3/lte-common.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace physical {

/// What one direction of a user's link, or of a cell, did at the MAC since the last reset.
struct MacUse {
    std::uint64_t rb_ttis = 0;  ///< resource blocks granted, summed over the TTIs
    std::uint32_t blocks = 0;   ///< transport blocks received, repetitions included
    std::uint32_t blocks_in_error = 0;
    int last_mcs = -1;  ///< of the last grant ever; -1: none yet

    void StartSlot();
};

/// Channel quality, grants and transport blocks of every user and every cell, in both directions.
class MacMonitor : public SchedulerListener {
  public:
    struct User {
        MacUse downlink;
        MacUse uplink;
        int downlink_cqi = -1;                 ///< last wideband report; -1: none yet
        std::optional<double> uplink_sinr_db;  ///< of the last sounding signal
    };
    struct Cell {
        MacUse downlink;
        MacUse uplink;
    };

    MacMonitor(const LteNetwork& network, RntiDirectory& directory);

    /// Forget what the last slot did.
    void StartSlot();

    const std::vector<User>& Users() const { return m_users; }
    const std::vector<Cell>& Cells() const { return m_cells; }

    void OnDownlinkCqi(int ue, std::size_t bs, std::uint8_t wideband_cqi) override;
    void OnDownlinkGrant(int ue, std::size_t bs, const Grant& grant) override;
    void OnUplinkGrant(int ue, std::size_t bs, const Grant& grant) override;

  private:
    static void Count(MacUse& use, const ns3::PhyReceptionStatParameters& block);

    std::vector<User> m_users;
    std::vector<Cell> m_cells;
};

}  // namespace physical

#endif
