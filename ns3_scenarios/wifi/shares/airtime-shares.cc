// SPDX-License-Identifier: GPL-2.0-only
#include "shares/airtime-shares.h"

#include "ppdu-part.h"

#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-phy.h"

namespace physical {

AirtimeShares::AirtimeShares(const WifiNetwork& network, AirtimeAccounts::Mode mode, bool downlink)
    : m_network(network), m_serving_bs(network.Ue().size(), -1) {
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        m_uplink.push_back(std::make_unique<AirtimeScheduler>(mode));
        if (downlink) {
            m_downlink.push_back(std::make_unique<AirtimeScheduler>(mode));
            Watch(network.Bs()[bs].device, m_downlink, [&network](const ns3::WifiMacHeader& frame) {
                return network.UeOf(frame.GetAddr1());
            });
        }
    }
    for (std::size_t ue = 0; ue < network.Ue().size(); ++ue) {
        Watch(network.Ue()[ue].device, m_uplink,
              [ue](const ns3::WifiMacHeader&) { return static_cast<int>(ue); });
    }
}

void AirtimeShares::Watch(const ns3::Ptr<ns3::WifiNetDevice>& device,
                          const Schedulers& schedulers,
                          const UserOf& user_of) const {
    device->GetMac()
        ->GetTxopQueue(ns3::AC_BE)
        ->TraceConnectWithoutContext(
            "Enqueue", ns3::Callback<void, ns3::Ptr<const ns3::WifiMpdu>>(
                           [this, &schedulers, user_of](ns3::Ptr<const ns3::WifiMpdu> mpdu) {
                               const int ue = user_of(mpdu->GetHeader());
                               if (auto* scheduler = SchedulerOf(schedulers, ue)) {
                                   scheduler->OnData(static_cast<std::uint32_t>(ue));
                               }
                           }));
    const auto phy = device->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin", ns3::Callback<void, ns3::WifiConstPsduMap, ns3::WifiTxVector, double>(
                              [this, &schedulers, user_of, phy = ns3::PeekPointer(phy)](
                                  ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double) {
                                  const PpduPart part = FirstPart(psdus, vector, phy->GetPhyBand());
                                  const ns3::WifiMacHeader& header = part.psdu->GetHeader(0);
                                  const int ue = header.IsQosData() ? user_of(header) : -1;
                                  if (auto* scheduler = SchedulerOf(schedulers, ue)) {
                                      scheduler->OnTransmission(static_cast<std::uint32_t>(ue),
                                                                part.duration);
                                  }
                              }));
}

AirtimeScheduler* AirtimeShares::SchedulerOf(const Schedulers& schedulers, int ue) const {
    const int bs = ue < 0 ? -1 : m_serving_bs[static_cast<std::size_t>(ue)];
    return bs < 0 || schedulers.empty() ? nullptr : schedulers[static_cast<std::size_t>(bs)].get();
}

void AirtimeShares::OnServed(std::uint32_t ue, int bs) {
    const int user = static_cast<int>(ue);
    for (const Schedulers* schedulers : {&m_uplink, &m_downlink}) {
        if (auto* before = SchedulerOf(*schedulers, user)) {
            before->Remove(ue);
        }
    }
    m_serving_bs[ue] = bs;
    if (bs < 0) {
        return;
    }
    const Station& station = m_network.Ue()[ue];
    const AccessPoint& access_point = m_network.Bs()[static_cast<std::size_t>(bs)];
    SchedulerOf(m_uplink, user)->Add(ue, AirtimeTurn(station.mac, access_point.Bssid()));
    if (auto* downlink = SchedulerOf(m_downlink, user)) {
        downlink->Add(ue, AirtimeTurn(access_point.mac, station.mac->GetAddress()));
    }
}

void AirtimeShares::Apply(std::uint32_t ue, double share) {
    for (const Schedulers* schedulers : {&m_uplink, &m_downlink}) {
        if (auto* scheduler = SchedulerOf(*schedulers, static_cast<int>(ue))) {
            scheduler->SetShare(ue, share);
        }
    }
}

}  // namespace physical
