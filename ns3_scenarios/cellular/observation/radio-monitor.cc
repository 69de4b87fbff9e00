// SPDX-License-Identifier: GPL-2.0-only
#include "radio-monitor.h"

#include "ns3/callback.h"
#include "ns3/lte-enb-phy.h"
#include "ns3/lte-ue-phy.h"

#include <algorithm>
#include <cmath>

namespace physical {

namespace {

double ToDb(double linear) {
    return linear > 0 ? 10 * std::log10(linear) : RadioMonitor::LOWEST_SINR_DB;
}

}  // namespace

RadioMonitor::RadioMonitor(const LteNetwork& network)
    : m_network(network), m_users(network.Ue().size()), m_uplink_sinr_db(network.Bs().size()) {
    for (std::size_t ue = 0; ue < m_users.size(); ++ue) {
        m_users[ue].rsrp_dbm.assign(network.Bs().size(), NOT_HEARD_DBM);
        m_users[ue].rsrq_db.assign(network.Bs().size(), NOT_HEARD_RSRQ_DB);
        WatchUser(ue);
    }
    for (std::size_t bs = 0; bs < m_uplink_sinr_db.size(); ++bs) {
        WatchBaseStation(bs);
    }
}

void RadioMonitor::WatchUser(std::size_t ue) {
    const auto phy = m_network.Ue()[ue].device->GetPhy();
    phy->TraceConnectWithoutContext(
        "ReportUeMeasurements",
        ns3::Callback<void, std::uint16_t, std::uint16_t, double, double, bool, std::uint8_t>(
            [this, ue](std::uint16_t, std::uint16_t cell, double rsrp_dbm, double rsrq_db, bool,
                       std::uint8_t) {
                const int bs = m_network.BsOfCell(cell);
                if (bs >= 0 && std::isfinite(rsrp_dbm)) {
                    m_users[ue].rsrp_dbm[static_cast<std::size_t>(bs)] = rsrp_dbm;
                }
                if (bs >= 0 && std::isfinite(rsrq_db)) {  // ns-3 has none during cell search
                    m_users[ue].rsrq_db[static_cast<std::size_t>(bs)] = rsrq_db;
                }
            }));
    phy->TraceConnectWithoutContext(
        "ReportCurrentCellRsrpSinr",
        ns3::Callback<void, std::uint16_t, std::uint16_t, double, double, std::uint8_t>(
            [this, ue](std::uint16_t, std::uint16_t, double, double sinr, std::uint8_t) {
                m_users[ue].downlink_sinr_db = ToDb(sinr);
            }));
}

void RadioMonitor::WatchBaseStation(std::size_t bs) {
    m_network.Bs()[bs].device->GetRrc()->TraceConnectWithoutContext(
        "NewUeContext",
        ns3::Callback<void, std::uint16_t, std::uint16_t>(
            [this, bs](std::uint16_t, std::uint16_t rnti) { m_uplink_sinr_db[bs].erase(rnti); }));
    m_network.Bs()[bs].device->GetPhy()->TraceConnectWithoutContext(
        "ReportUeSinr", ns3::Callback<void, std::uint16_t, std::uint16_t, double, std::uint8_t>(
                            [this, bs](std::uint16_t, std::uint16_t rnti, double sinr,
                                       std::uint8_t) { m_uplink_sinr_db[bs][rnti] = ToDb(sinr); }));
}

double RadioMonitor::UplinkSinrDb(std::size_t ue) const {
    const int bs = m_network.ServingBs(ue);
    if (bs < 0) {
        return LOWEST_SINR_DB;
    }
    const auto& by_rnti = m_uplink_sinr_db[static_cast<std::size_t>(bs)];
    const auto it = by_rnti.find(m_network.Ue()[ue].Rrc()->GetRnti());
    return it == by_rnti.end() ? LOWEST_SINR_DB : it->second;
}

}  // namespace physical
