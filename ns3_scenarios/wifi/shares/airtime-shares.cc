// SPDX-License-Identifier: GPL-2.0-only
#include "shares/airtime-shares.h"

#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-psdu.h"
#include "ns3/wifi-tx-vector.h"

namespace physical {

AirtimeShares::AirtimeShares(const WifiNetwork& network, AirtimeScheduler::Mode mode)
    : m_network(network), m_serving_bs(network.Ue().size(), -1) {
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        m_schedulers.push_back(std::make_unique<AirtimeScheduler>(mode));
    }
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        Watch(ue);
    }
}

void AirtimeShares::Watch(std::uint32_t ue) {
    const Station& station = m_network.Ue()[ue];
    station.mac->GetTxopQueue(ns3::AC_BE)
        ->TraceConnectWithoutContext("Enqueue", ns3::Callback<void, ns3::Ptr<const ns3::WifiMpdu>>(
                                                    [this, ue](ns3::Ptr<const ns3::WifiMpdu>) {
                                                        if (auto* scheduler = SchedulerOf(ue)) {
                                                            scheduler->OnData(ue);
                                                        }
                                                    }));
    const auto phy = station.device->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        ns3::Callback<void, ns3::WifiConstPsduMap, ns3::WifiTxVector, double>(
            [this, ue, phy = ns3::PeekPointer(phy)](ns3::WifiConstPsduMap psdus,
                                                    ns3::WifiTxVector vector, double) {
                auto* scheduler = SchedulerOf(ue);
                if (scheduler && psdus.begin()->second->GetHeader(0).IsQosData()) {
                    scheduler->OnTransmission(
                        ue, ns3::WifiPhy::CalculateTxDuration(psdus, vector, phy->GetPhyBand()));
                }
            }));
}

AirtimeScheduler* AirtimeShares::SchedulerOf(std::uint32_t ue) const {
    const int bs = m_serving_bs[ue];
    return bs < 0 ? nullptr : m_schedulers[static_cast<std::size_t>(bs)].get();
}

void AirtimeShares::OnServed(std::uint32_t ue, int bs) {
    if (auto* before = SchedulerOf(ue)) {
        before->Remove(ue);
    }
    m_serving_bs[ue] = bs;
    if (auto* scheduler = SchedulerOf(ue)) {
        scheduler->Add(ue, AirtimeTurn(m_network.Ue()[ue],
                                       m_network.Bs()[static_cast<std::size_t>(bs)].Bssid()));
    }
}

void AirtimeShares::Apply(std::uint32_t ue, double share) {
    if (auto* scheduler = SchedulerOf(ue)) {
        scheduler->SetShare(ue, share);
    }
}

}  // namespace physical
