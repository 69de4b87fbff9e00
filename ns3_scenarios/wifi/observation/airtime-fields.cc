// SPDX-License-Identifier: GPL-2.0-only
#include "observation/airtime-fields.h"

#include "ns3/simulator.h"
#include "ns3/wifi-psdu.h"
#include "ns3/wifi-tx-vector.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

constexpr int NO_MCS = -1;

using TransmissionCallback = ns3::Callback<void, ns3::WifiConstPsduMap, ns3::WifiTxVector, double>;

float PartOf(const ns3::Time& used, const ns3::Time& elapsed) {
    return static_cast<float>(
        elapsed.IsZero() ? 0 : std::min(1.0, used.GetSeconds() / elapsed.GetSeconds()));
}

}  // namespace

AirtimeFields::AirtimeFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_airtime_ul(schema.Observation<float>(
          {.name = "airtime_ul",
           .shape = {Ue(n_ue)},
           .unit = "1",
           .low = 0,
           .high = 1,
           .help = "part of the last slot in which the user sent data (PPDUs, IEEE"
                   " 802.11ax-2021, 27.3), without what comes before and after",
           .missing = 0})),
      m_mcs_ul(schema.Observation<std::int32_t>(
          {.name = "mcs_ul",
           .shape = {Ue(n_ue)},
           .unit = "1",
           .low = NO_MCS,
           .high = 13,
           .help = "modulation and coding scheme of the user's last data (802.11ax-2021, 27.5);"
                   " -1: none yet",
           .missing = NO_MCS})),
      m_bs_airtime(schema.Observation<float>(
          {"bs_airtime",
           {Bs(n_bs)},
           "1",
           0,
           1,
           "part of the last slot in which the access point or one of its stations sent anything"
           " (channel load, IEEE 802.11-2020, 9.4.2.21.5)"})),
      m_users(n_ue),
      m_busy(n_bs) {}

void AirtimeFields::Watch(const WifiNetwork& network,
                          std::function<int(std::uint32_t ue)> serving_bs) {
    m_serving_bs = std::move(serving_bs);
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        WatchStation(network.Ue()[ue], ue);
    }
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        WatchAccessPoint(network.Bs()[bs], bs);
    }
}

void AirtimeFields::WatchStation(const Station& station, std::uint32_t ue) {
    const auto phy = station.device->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        TransmissionCallback([this, ue, phy = ns3::PeekPointer(phy)](
                                 ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double) {
            const ns3::Time duration =
                ns3::WifiPhy::CalculateTxDuration(psdus, vector, phy->GetPhyBand());
            if (psdus.begin()->second->GetHeader(0).IsQosData()) {
                m_users[ue].data += duration;
                if (vector.GetModulationClass() >= ns3::WIFI_MOD_CLASS_HT) {
                    m_users[ue].mcs = vector.GetMode().GetMcsValue();
                }
            }
            if (const int bs = m_serving_bs(ue); bs >= 0) {
                m_busy[static_cast<std::size_t>(bs)] += duration;
            }
        }));
}

void AirtimeFields::WatchAccessPoint(const AccessPoint& access_point, std::size_t bs) {
    const auto phy = access_point.device->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        TransmissionCallback([this, bs, phy = ns3::PeekPointer(phy)](
                                 ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double) {
            m_busy[bs] += ns3::WifiPhy::CalculateTxDuration(psdus, vector, phy->GetPhyBand());
        }));
}

void AirtimeFields::Fill() {
    const ns3::Time elapsed = ns3::Simulator::Now() - m_since;
    for (std::size_t ue = 0; ue < m_users.size(); ++ue) {
        m_airtime_ul(ue) = PartOf(m_users[ue].data, elapsed);
        m_mcs_ul(ue) = m_users[ue].mcs;
        m_users[ue].data = ns3::Time(0);
    }
    for (std::size_t bs = 0; bs < m_busy.size(); ++bs) {
        m_bs_airtime(bs) = PartOf(m_busy[bs], elapsed);
        m_busy[bs] = ns3::Time(0);
    }
    m_since = ns3::Simulator::Now();
}

}  // namespace physical
