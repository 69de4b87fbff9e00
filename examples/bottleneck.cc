// SPDX-License-Identifier: GPL-2.0-only
// A whole scenario in one file: the agent sets the rate of a link that bursts of packets go
// through.
//
//   ns3-twin build examples/bottleneck.cc
//   ns3-twin run --scenario ./bottleneck --policy random --duration 5
#include "scenario.h"

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

class Bottleneck : public physical::Scenario {
  public:
    Bottleneck() : Scenario("bottleneck", "one link whose rate the agent sets") {}

    void DeclareSettings(physical::Settings& settings) override {
        settings.Real("load_mbps", m_load_mbps, 0.1, 100, "Mbit/s", "rate of the source while on");
    }

    void DeclareFields(physical::Schema& schema) override {
        m_queue = schema.Observation<std::int32_t>(
            {"queue_packets", {1}, "packets", 0, 100, "waiting for the link"});
        m_rate_mbps = schema.Action<float>({"rate_mbps", {1}, "Mbit/s", 0.1, 10, "of the link"});
        schema.DescribeReward("1", "minus queue and price: packets waiting + 2 per Mbit/s");
    }

    void Build() override {
        ns3::NodeContainer nodes(2);
        ns3::PointToPointHelper link;
        link.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue("100p"));
        ns3::NetDeviceContainer devices = link.Install(nodes);
        m_device = ns3::DynamicCast<ns3::PointToPointNetDevice>(devices.Get(0));
        ns3::InternetStackHelper().Install(nodes);
        auto addresses = ns3::Ipv4AddressHelper("10.0.0.0", "255.0.0.0").Assign(devices);
        ns3::TrafficControlHelper::Default().Uninstall(devices);  // packets wait at the link only

        ns3::OnOffHelper source("ns3::UdpSocketFactory",
                                ns3::InetSocketAddress(addresses.GetAddress(1), 9));
        source.SetAttribute(
            "DataRate",
            ns3::DataRateValue(ns3::DataRate(static_cast<std::uint64_t>(m_load_mbps * 1e6))));
        source.SetAttribute("OnTime", ns3::StringValue("ns3::ExponentialRandomVariable[Mean=0.2]"));
        source.SetAttribute("OffTime",
                            ns3::StringValue("ns3::ExponentialRandomVariable[Mean=0.2]"));
        source.Install(nodes.Get(0));
    }

    void Observe() override { m_queue(0) = static_cast<int>(m_device->GetQueue()->GetNPackets()); }

    double Reward() override { return -m_queue(0) - 2.0 * m_rate_mbps(0); }

    void DefaultAction() override { m_rate_mbps(0) = 1; }

    void Act() override {
        m_device->SetDataRate(
            ns3::DataRate(static_cast<std::uint64_t>(static_cast<double>(m_rate_mbps(0)) * 1e6)));
    }

  private:
    double m_load_mbps = 5;
    physical::Field<std::int32_t> m_queue;
    physical::Field<float> m_rate_mbps;
    ns3::Ptr<ns3::PointToPointNetDevice> m_device;
};

int main(int argc, char** argv) {
    Bottleneck scenario;
    return physical::RunScenario(scenario, argc, argv);
}
