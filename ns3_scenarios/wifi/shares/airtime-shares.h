// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_SHARES_H
#define PHYSICAL_AIRTIME_SHARES_H

#include "shares/airtime-scheduler.h"
#include "wifi-network.h"

#include <memory>
#include <vector>

namespace physical {

/// The agent's shares of the uplinks: each access point divides its airtime among its stations.
class AirtimeShares {
  public:
    AirtimeShares(const WifiNetwork& network, AirtimeScheduler::Mode mode);

    /// @param bs access point that serves the station from now on; -1: none
    void OnServed(std::uint32_t ue, int bs);
    void Apply(std::uint32_t ue, double share);

  private:
    void Watch(std::uint32_t ue);
    AirtimeScheduler* SchedulerOf(std::uint32_t ue) const;

    const WifiNetwork& m_network;
    std::vector<std::unique_ptr<AirtimeScheduler>> m_schedulers;  ///< [n_bs]
    std::vector<int> m_serving_bs;                                ///< [n_ue]
};

}  // namespace physical

#endif
