// SPDX-License-Identifier: GPL-2.0-only
#include "observation/airtime-fields.h"

#include "ns3/simulator.h"
#include "ns3/wifi-phy-state-helper.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

constexpr int NO_MCS = -1;
/// HT numbers its modulations anew for each number of streams, one after another (IEEE 802.11-2020,
/// 19.5).
constexpr int HT_MCS_PER_STREAM = 8;

using TransmissionCallback = ns3::Callback<void, ns3::WifiConstPsduMap, ns3::WifiTxVector, double>;
using StateCallback = ns3::Callback<void, ns3::Time, ns3::Time, ns3::WifiPhyState>;

float PartOf(const ns3::Time& used, const ns3::Time& elapsed) {
    return static_cast<float>(
        elapsed.IsZero() ? 0 : std::min(1.0, used.GetSeconds() / elapsed.GetSeconds()));
}

}  // namespace

void AirtimeFields::Data::Add(const PpduPart& part, const ns3::WifiTxVector& vector) {
    airtime += part.airtime;
    mpdus = part.psdu->GetNMpdus();
    const ns3::WifiMode mode = vector.GetMode(part.sta_id);
    rate_bps = static_cast<double>(mode.GetDataRate(vector, part.sta_id));
    if (vector.GetModulationClass() >= ns3::WIFI_MOD_CLASS_HT) {
        mcs = mode.GetMcsValue();
    }
    if (vector.GetModulationClass() == ns3::WIFI_MOD_CLASS_HT) {
        mcs %= HT_MCS_PER_STREAM;
    }
}

AirtimeFields::AirtimeFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_uplink(Declare(schema, "ul", "the user", n_ue)),
      m_downlink(Declare(schema, "dl", "the access point to the user", n_ue)),
      m_airtime_others(schema.Observation<float>(
          {.name = "airtime_others",
           .shape = {Ue(n_ue)},
           .unit = "1",
           .low = 0,
           .high = 1,
           .help = "part of the last slot in which the user's receiver found the channel busy with"
                   " what others sent (channel load, IEEE 802.11-2020, 9.4.2.21.5), counted when it"
                   " ends",
           .missing = 0})),
      m_bs_airtime(schema.Observation<float>(
          {"bs_airtime",
           {Bs(n_bs)},
           "1",
           0,
           1,
           "part of the last slot in which the access point or one of its stations sent anything"
           " (channel load, IEEE 802.11-2020, 9.4.2.21.5)"})),
      m_others(n_ue),
      m_busy(n_bs),
      m_answered_until(n_bs) {}

AirtimeFields::Direction AirtimeFields::Declare(Schema& schema,
                                                const std::string& suffix,
                                                const std::string& who_sends,
                                                std::size_t n_ue) {
    const std::string last = "data that " + who_sends + " sent last";
    return {
        .airtime = schema.Observation<float>(
            {.name = "airtime_" + suffix,
             .shape = {Ue(n_ue)},
             .unit = "1",
             .low = 0,
             .high = 1,
             .help = "part of the last slot in which " + who_sends +
                     " sent data (PPDUs, IEEE 802.11ax-2021, 27.3), without what comes before and"
                     " after; of a resource unit the part that it has of the channel",
             .missing = 0}),
        .mcs =
            schema.Observation<std::int32_t>({.name = "mcs_" + suffix,
                                              .shape = {Ue(n_ue)},
                                              .unit = "1",
                                              .low = NO_MCS,
                                              .high = 13,
                                              .help = "modulation and coding scheme of the " +
                                                      last + " (802.11ax-2021, 27.5); -1: none yet",
                                              .missing = NO_MCS}),
        .rate_bps = schema.Observation<double>(
            {.name = "rate_" + suffix + "_bps",
             .shape = {Ue(n_ue)},
             .unit = "bit/s",
             .low = 0,
             .high = 1e11,
             .help = "data rate of the PHY for the " + last + " (802.11ax-2021, 27.5); 0: none yet",
             .missing = 0}),
        .ampdu_mpdus = schema.Observation<std::int32_t>(
            {.name = "ampdu_" + suffix + "_mpdus",
             .shape = {Ue(n_ue)},
             .unit = "MPDUs",
             .low = 0,
             .high = 1024,
             .help = "size of the A-MPDU of the " + last + " (IEEE 802.11-2020, 9.7); 0: none yet",
             .missing = 0}),
        .users = std::vector<Data>(n_ue),
    };
}

void AirtimeFields::Watch(const WifiNetwork& network,
                          std::function<int(std::uint32_t ue)> serving_bs) {
    m_serving_bs = std::move(serving_bs);
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        WatchStation(network.Ue()[ue], ue);
    }
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        WatchAccessPoint(network, bs);
    }
}

void AirtimeFields::WatchStation(const Station& station, std::uint32_t ue) {
    const auto phy = station.device->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        TransmissionCallback([this, ue, phy = ns3::PeekPointer(phy)](
                                 ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double) {
            const PpduPart part = FirstPart(psdus, vector, phy->GetPhyBand());
            if (part.psdu->GetHeader(0).IsQosData()) {
                m_uplink.users[ue].Add(part, vector);
            }
            if (const int bs = m_serving_bs(ue); bs >= 0) {
                Occupy(static_cast<std::size_t>(bs), part, vector.IsUlMu());
            }
        }));
    phy->GetState()->TraceConnectWithoutContext(
        "State", StateCallback([this, ue](ns3::Time, ns3::Time lasted, ns3::WifiPhyState state) {
            if (state == ns3::WifiPhyState::RX || state == ns3::WifiPhyState::CCA_BUSY) {
                m_others[ue] += lasted;
            }
        }));
}

void AirtimeFields::Occupy(std::size_t bs, const PpduPart& part, bool answers) {
    const ns3::Time now = ns3::Simulator::Now();
    if (answers && m_answered_until[bs] > now) {
        return;  // another station's answer to the same question is counted
    }
    m_busy[bs] += part.duration;
    if (answers) {
        m_answered_until[bs] = now + part.duration;
    }
}

void AirtimeFields::WatchAccessPoint(const WifiNetwork& network, std::size_t bs) {
    const auto phy = network.Bs()[bs].device->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        TransmissionCallback([this, &network, bs, phy = ns3::PeekPointer(phy)](
                                 ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double) {
            const PpduPart part = FirstPart(psdus, vector, phy->GetPhyBand());
            if (part.psdu->GetHeader(0).IsQosData()) {
                if (const int ue = network.UeOf(part.psdu->GetAddr1()); ue >= 0) {
                    m_downlink.users[static_cast<std::size_t>(ue)].Add(part, vector);
                }
            }
            m_busy[bs] += part.duration;
        }));
}

void AirtimeFields::Fill() {
    const ns3::Time elapsed = ns3::Simulator::Now() - m_since;
    Fill(m_uplink, elapsed);
    Fill(m_downlink, elapsed);
    for (std::size_t ue = 0; ue < m_others.size(); ++ue) {
        m_airtime_others(ue) = PartOf(std::exchange(m_others[ue], ns3::Time(0)), elapsed);
    }
    for (std::size_t bs = 0; bs < m_busy.size(); ++bs) {
        m_bs_airtime(bs) = PartOf(std::exchange(m_busy[bs], ns3::Time(0)), elapsed);
    }
    m_since = ns3::Simulator::Now();
}

void AirtimeFields::Fill(Direction& direction, ns3::Time elapsed) {
    for (std::size_t ue = 0; ue < direction.users.size(); ++ue) {
        Data& data = direction.users[ue];
        direction.airtime(ue) = PartOf(std::exchange(data.airtime, ns3::Time(0)), elapsed);
        direction.mcs(ue) = data.mcs;
        direction.rate_bps(ue) = data.rate_bps;
        direction.ampdu_mpdus(ue) = static_cast<std::int32_t>(data.mpdus);
    }
}

}  // namespace physical
