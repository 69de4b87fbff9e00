// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_SHARES_H
#define PHYSICAL_AIRTIME_SHARES_H

#include "shares/airtime-scheduler.h"
#include "shares/uplink-shares.h"
#include "wifi-network.h"

#include "ns3/wifi-mac-header.h"

#include <functional>
#include <memory>
#include <vector>

namespace physical {

/// Exact shares: each access point divides the airtime of its uplink, one station at a time, and if
/// so told that of its downlink, too.
class AirtimeShares : public UplinkShares {
  public:
    AirtimeShares(const WifiNetwork& network, AirtimeAccounts::Mode mode, bool downlink);

    void OnServed(std::uint32_t ue, int bs) override;
    void Apply(std::uint32_t ue, double share) override;

  private:
    using Schedulers = std::vector<std::unique_ptr<AirtimeScheduler>>;  ///< [n_bs], or none
    using UserOf = std::function<int(const ns3::WifiMacHeader& header)>;

    /// Let a device's data be scheduled. @param user_of a data frame; -1: none
    void Watch(const ns3::Ptr<ns3::WifiNetDevice>& device,
               const Schedulers& schedulers,
               const UserOf& user_of) const;
    AirtimeScheduler* SchedulerOf(const Schedulers& schedulers, int ue) const;

    const WifiNetwork& m_network;
    Schedulers m_uplink;
    Schedulers m_downlink;
    std::vector<int> m_serving_bs;  ///< [n_ue]
};

}  // namespace physical

#endif
