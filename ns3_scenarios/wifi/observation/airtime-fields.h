// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_FIELDS_H
#define PHYSICAL_AIRTIME_FIELDS_H

#include "schema.h"
#include "wifi-network.h"

#include "ns3/nstime.h"

#include <functional>
#include <vector>

namespace physical {

/// Who had how much of the channels' time in the last slot, and with which modulation.
class AirtimeFields {
  public:
    AirtimeFields(Schema& schema, std::size_t n_ue, std::size_t n_bs);

    /// Start to listen to all PHYs. @param serving_bs of a user; -1: none
    void Watch(const WifiNetwork& network, std::function<int(std::uint32_t ue)> serving_bs);
    void Fill();

  private:
    struct User {
        ns3::Time data;  ///< of its own frames
        int mcs = -1;
    };

    void WatchStation(const Station& station, std::uint32_t ue);
    void WatchAccessPoint(const AccessPoint& access_point, std::size_t bs);

    Field<float> m_airtime_ul;
    Field<std::int32_t> m_mcs_ul;
    Field<float> m_bs_airtime;
    std::function<int(std::uint32_t ue)> m_serving_bs;
    std::vector<User> m_users;      ///< [n_ue]
    std::vector<ns3::Time> m_busy;  ///< [n_bs]
    ns3::Time m_since;
};

}  // namespace physical

#endif
