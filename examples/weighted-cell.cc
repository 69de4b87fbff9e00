// SPDX-License-Identifier: GPL-2.0-only
// The share scheduler in a plain ns-3 program: one cell, three users with a full buffer, no agent.
//
//   ns3-twin build examples/weighted-cell.cc
//   ./weighted-cell
#include "share-ff-mac-scheduler.h"

#include "ns3/core-module.h"
#include "ns3/lte-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"

#include <array>
#include <iostream>
#include <map>

int main(int argc, char** argv) {
    ns3::CommandLine().Parse(argc, argv);
    constexpr std::array<double, 3> WEIGHT{1, 2, 5};

    auto lte = ns3::CreateObject<ns3::LteHelper>();
    lte->SetSchedulerType("physical::ShareFfMacScheduler");
    lte->SetSchedulerAttribute("Mode", ns3::StringValue("WorkConserving"));

    ns3::NodeContainer base_station(1);
    ns3::NodeContainer users(WEIGHT.size());
    ns3::MobilityHelper mobility;
    mobility.Install(base_station);
    mobility.SetPositionAllocator("ns3::GridPositionAllocator", "MinX", ns3::DoubleValue(50),
                                  "DeltaX", ns3::DoubleValue(100));
    mobility.Install(users);
    const auto cell = lte->InstallEnbDevice(base_station);
    const auto devices = lte->InstallUeDevice(users);
    lte->Attach(devices, cell.Get(0));
    // Without an EPC, ns-3's bearers always have data.
    lte->ActivateDataRadioBearer(devices, ns3::EpsBearer(ns3::EpsBearer::NGBR_VIDEO_TCP_DEFAULT));

    const auto carrier = ns3::DynamicCast<ns3::ComponentCarrierEnb>(
        ns3::DynamicCast<ns3::LteEnbNetDevice>(cell.Get(0))->GetCcMap().at(0));
    const auto scheduler =
        ns3::DynamicCast<physical::ShareFfMacScheduler>(carrier->GetFfMacScheduler());
    const auto rnti = [&](std::uint32_t i) {
        return ns3::DynamicCast<ns3::LteUeNetDevice>(devices.Get(i))->GetRrc()->GetRnti();
    };
    ns3::Simulator::Schedule(ns3::MilliSeconds(200), [&] {
        for (std::uint32_t i = 0; i < WEIGHT.size(); ++i) {
            scheduler->SetWeight(rnti(i), WEIGHT[i], WEIGHT[i]);
        }
    });
    std::map<bool, std::map<std::uint16_t, double>> granted_rb;  // uplink? → RNTI → sum
    ns3::Callback<void, std::uint16_t, bool, std::uint32_t> count(
        [&](std::uint16_t user, bool uplink, std::uint32_t n_rb) {
            if (ns3::Simulator::Now() > ns3::MilliSeconds(300)) {
                granted_rb[uplink][user] += n_rb;
            }
        });
    scheduler->TraceConnectWithoutContext("Allocation", count);

    ns3::Simulator::Stop(ns3::Seconds(1.3));
    ns3::Simulator::Run();
    for (const bool uplink : {true, false}) {
        double sum_rb = 0;
        for (const auto& [user, n_rb] : granted_rb[uplink]) {
            sum_rb += n_rb;
        }
        std::cout << (uplink ? "uplink" : "downlink");
        for (std::uint32_t i = 0; i < WEIGHT.size(); ++i) {
            std::cout << "  " << granted_rb[uplink][rnti(i)] / sum_rb;
        }
        std::cout << std::endl;
    }
    ns3::Simulator::Destroy();
}
