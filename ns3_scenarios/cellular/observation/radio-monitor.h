// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RADIO_MONITOR_H
#define PHYSICAL_RADIO_MONITOR_H

#include "lte-network.h"

#include <cstdint>
#include <map>
#include <vector>

namespace physical {

/// The latest radio measurements of every user, from the trace sources of ns-3's LTE PHYs.
class RadioMonitor {
  public:
    explicit RadioMonitor(const LteNetwork& network);

    /// RSRP in dBm (TS 36.214, 5.1.1), filtered over ns-3's measurement period; NOT_HEARD_DBM if
    /// the user has not heard the cell.
    double RsrpDbm(std::size_t ue, std::size_t bs) const { return m_users[ue].rsrp_dbm[bs]; }
    /// RSRQ in dB (TS 36.214, 5.1.3).
    double RsrqDb(std::size_t ue, std::size_t bs) const { return m_users[ue].rsrq_db[bs]; }
    /// Downlink SINR of the serving cell, mean over the band.
    double DownlinkSinrDb(std::size_t ue) const { return m_users[ue].downlink_sinr_db; }
    /// Uplink SINR of the sounding signal at the serving base station, mean over the band.
    double UplinkSinrDb(std::size_t ue) const;

    static constexpr double NOT_HEARD_DBM = -140;  // lowest reportable, TS 36.133 9.1.4
    static constexpr double NOT_HEARD_RSRQ_DB = -34;
    static constexpr double LOWEST_SINR_DB = -30;

  private:
    struct User {
        std::vector<double> rsrp_dbm;  // [n_bs]
        std::vector<double> rsrq_db;   // [n_bs]
        double downlink_sinr_db = LOWEST_SINR_DB;
    };

    void WatchUser(std::size_t ue);
    void WatchBaseStation(std::size_t bs);

    const LteNetwork& m_network;
    std::vector<User> m_users;
    std::vector<std::map<std::uint16_t, double>> m_uplink_sinr_db;  // [n_bs], by RNTI
};

}  // namespace physical

#endif
