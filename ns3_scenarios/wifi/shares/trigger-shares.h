// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRIGGER_SHARES_H
#define PHYSICAL_TRIGGER_SHARES_H

#include "shares/trigger-scheduler.h"
#include "shares/uplink-shares.h"
#include "wifi-network.h"

#include <vector>

namespace physical {

/// Exact shares by trigger frames: each access point asks its stations for their data.
class TriggerShares : public UplinkShares {
  public:
    /// @param missed_beacons by which a station takes its access point for lost
    TriggerShares(const WifiNetwork& network,
                  AirtimeAccounts::Mode mode,
                  std::uint32_t missed_beacons);

    void OnServed(std::uint32_t ue, int bs) override;
    void Apply(std::uint32_t ue, double share) override;

  private:
    /// Let the access point's scheduler know what its stations say and send.
    void WatchAccessPoint(std::size_t bs);
    void WatchStation(std::uint32_t ue);
    /// @return null: nobody serves the station
    TriggerScheduler* SchedulerOf(std::uint32_t ue) const;

    const WifiNetwork& m_network;
    std::vector<ns3::Ptr<TriggerScheduler>> m_schedulers;  ///< [n_bs]
    std::vector<int> m_serving_bs;                         ///< [n_ue]
};

}  // namespace physical

#endif
