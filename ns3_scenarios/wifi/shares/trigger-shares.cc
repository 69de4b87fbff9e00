// SPDX-License-Identifier: GPL-2.0-only
#include "shares/trigger-shares.h"

#include "attentive-rate-control.h"
#include "ppdu-part.h"

#include "ns3/ampdu-subframe-header.h"
#include "ns3/boolean.h"
#include "ns3/frame-exchange-manager.h"
#include "ns3/wifi-mac-header.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-remote-station-manager.h"

namespace physical {

namespace {

using SentCallback = ns3::Callback<void, ns3::WifiConstPsduMap, ns3::WifiTxVector, double>;
using HeardCallback = ns3::Callback<void,
                                    ns3::Ptr<const ns3::Packet>,
                                    std::uint16_t,
                                    ns3::WifiTxVector,
                                    ns3::MpduInfo,
                                    ns3::SignalNoiseDbm,
                                    std::uint16_t>;

/// Stations that one trigger frame may ask: as 20 MHz have resource units (IEEE 802.11ax-2021,
/// Table 27-8). With several access points one, on the whole channel: when answers at two of them
/// begin in the same instant, ns-3's InterferenceHelper loses count of their powers, and aborts.
std::size_t MostAsked(std::size_t n_bs) {
    return n_bs == 1 ? 9 : 1;
}

}  // namespace

TriggerShares::TriggerShares(const WifiNetwork& network,
                             AirtimeAccounts::Mode mode,
                             std::uint32_t missed_beacons)
    : m_network(network), m_serving_bs(network.Ue().size(), -1) {
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        const AccessPoint& access_point = network.Bs()[bs];
        m_schedulers.push_back(access_point.mac->GetObject<TriggerScheduler>());
        m_schedulers.back()->Configure(
            {.mode = mode,
             .most_stations = MostAsked(network.Bs().size()),
             .missed_beacons = missed_beacons,
             // An access point knows how well it hears a station, so it says what the station
             // would choose by itself.
             .tx_vector_of = [&network, bssid = access_point.Bssid()](std::uint32_t ue) {
                 const Station& station = network.Ue()[ue];
                 ns3::WifiMacHeader header(ns3::WIFI_MAC_QOSDATA);
                 header.SetAddr1(bssid);
                 return station.device->GetRemoteStationManager()->GetDataTxVector(
                     header, station.device->GetPhy()->GetChannelWidth());
             }});
        access_point.mac->SetAnswersUntil(
            [scheduler = ns3::PeekPointer(m_schedulers.back())](const ns3::Mac48Address& station) {
                return scheduler->AnswersUntil(station);
            });
        WatchAccessPoint(bs);
    }
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        network.Ue()[ue].mac->GetFrameExchangeManager(0)->SetAttribute("SetQueueSize",
                                                                       ns3::BooleanValue(true));
        WatchStation(ue);
    }
}

void TriggerShares::WatchAccessPoint(std::size_t bs) {
    m_network.Bs()[bs].device->GetPhy()->TraceConnectWithoutContext(
        "MonitorSnifferRx",
        HeardCallback([this, bs](ns3::Ptr<const ns3::Packet> heard, std::uint16_t,
                                 ns3::WifiTxVector, ns3::MpduInfo place, ns3::SignalNoiseDbm,
                                 std::uint16_t) {
            const auto frame = heard->Copy();
            if (place.type != ns3::NORMAL_MPDU) {
                ns3::AmpduSubframeHeader delimiter;
                frame->RemoveHeader(delimiter);
            }
            ns3::WifiMacHeader header;
            frame->PeekHeader(header);
            const int ue = header.IsQosData() ? m_network.UeOf(header.GetAddr2()) : -1;
            if (ue >= 0 && header.GetAddr1() == m_network.Bs()[bs].Bssid()) {
                m_schedulers[bs]->OnReceived(static_cast<std::uint32_t>(ue),
                                             header.GetQosQueueSize(),
                                             header.HasData() ? frame->GetSize() : 0);
            }
        }));
}

void TriggerShares::WatchStation(std::uint32_t ue) {
    m_network.Ue()[ue].mac->TraceConnectWithoutContext(
        "BeaconArrival", ns3::Callback<void, ns3::Time>([this, ue](ns3::Time) {
            if (auto* scheduler = SchedulerOf(ue)) {
                scheduler->OnBeacon(ue);
            }
        }));
    const auto phy = m_network.Ue()[ue].device->GetPhy();
    auto* const rate_control = dynamic_cast<AttentiveRateControl*>(
        ns3::PeekPointer(m_network.Ue()[ue].device->GetRemoteStationManager()));
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        SentCallback([this, ue, rate_control, phy = ns3::PeekPointer(phy)](
                         ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double) {
            auto* scheduler = SchedulerOf(ue);
            const PpduPart part = FirstPart(psdus, vector, phy->GetPhyBand());
            if (!part.psdu->GetHeader(0).IsQosData()) {
                return;
            }
            if (rate_control) {
                rate_control->OnSent(PartOfChannel(vector, part.sta_id));
            }
            if (scheduler && !vector.IsUlMu()) {
                scheduler->OnTransmission(ue, part.duration);
            }
        }));
}

TriggerScheduler* TriggerShares::SchedulerOf(std::uint32_t ue) const {
    const int bs = m_serving_bs[ue];
    return bs < 0 ? nullptr : ns3::PeekPointer(m_schedulers[static_cast<std::size_t>(bs)]);
}

void TriggerShares::OnServed(std::uint32_t ue, int bs) {
    if (auto* before = SchedulerOf(ue)) {
        before->Remove(ue);
    }
    m_serving_bs[ue] = bs;
    if (auto* scheduler = SchedulerOf(ue)) {
        const Station& station = m_network.Ue()[ue];
        scheduler->Add(
            ue, station.mac,
            AirtimeTurn(station.mac, m_network.Bs()[static_cast<std::size_t>(bs)].Bssid()));
    }
}

void TriggerShares::Apply(std::uint32_t ue, double share) {
    if (auto* scheduler = SchedulerOf(ue)) {
        scheduler->SetShare(ue, share);
    }
}

}  // namespace physical
