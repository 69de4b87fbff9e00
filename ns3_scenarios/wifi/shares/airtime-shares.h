// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_SHARES_H
#define PHYSICAL_AIRTIME_SHARES_H

#include "shares/airtime-scheduler.h"
#include "shares/uplink-shares.h"
#include "wifi-network.h"

#include <memory>
#include <vector>

namespace physical {

/// Exact shares: each access point divides the airtime of its uplink, one station at a time.
class AirtimeShares : public UplinkShares {
  public:
    AirtimeShares(const WifiNetwork& network, AirtimeScheduler::Mode mode);

    void OnServed(std::uint32_t ue, int bs) override;
    void Apply(std::uint32_t ue, double share) override;

  private:
    void Watch(std::uint32_t ue);
    AirtimeScheduler* SchedulerOf(std::uint32_t ue) const;

    const WifiNetwork& m_network;
    std::vector<std::unique_ptr<AirtimeScheduler>> m_schedulers;  ///< [n_bs]
    std::vector<int> m_serving_bs;                                ///< [n_ue]
};

}  // namespace physical

#endif
