// SPDX-License-Identifier: GPL-2.0-only
#include "tcp-network.h"

#include "tcp-streams.h"

#include "ns3/double.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/string.h"
#include "ns3/traffic-control-helper.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <map>
#include <string>

namespace physical {

namespace {

constexpr std::uint16_t FIRST_PORT = 5000;
constexpr std::uint16_t CROSS_PORT = 4000;
constexpr double LEAST_ACCESS_MBPS = 1000;
constexpr double ACCESS_OVER_BOTTLENECK = 10;

ns3::DataRateValue Rate(double mbps) {
    return ns3::DataRateValue(ns3::DataRate(static_cast<std::uint64_t>(mbps * 1e6)));
}

ns3::StringValue Exponential(double mean_s) {
    return ns3::StringValue("ns3::ExponentialRandomVariable[Mean=" + std::to_string(mean_s) + "]");
}

}  // namespace

TcpNetwork::TcpNetwork(const TcpSettings& settings, const std::vector<FlowSettings>& flows)
    : m_access_mbps(std::max(LEAST_ACCESS_MBPS, ACCESS_OVER_BOTTLENECK * settings.rate_mbps)) {
    m_senders.Create(settings.n_flows);
    m_router.Create(1);
    m_receiver.Create(1);
    m_others.Create(settings.cross_rate_share > 0 ? 1 : 0);
    ns3::InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.Install(
        ns3::NodeContainer(ns3::NodeContainer(m_senders, m_others), m_router, m_receiver));
    BuildBottleneck(settings);
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
        Connect(m_senders.Get(flow), flows[flow].rtt_s / 2, flow);
    }
    if (settings.cross_rate_share > 0) {
        Connect(m_others.Get(0), settings.rtt_s / 2, flows.size());
        BuildCrossTraffic(settings);
    }
    ns3::Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
        ns3::PacketSinkHelper("ns3::TcpSocketFactory", Receiver(flow)).Install(m_receiver);
    }
    AssignStreams();
}

ns3::InetSocketAddress TcpNetwork::Receiver(std::size_t flow) const {
    return {m_receiver_address, static_cast<std::uint16_t>(FIRST_PORT + flow)};
}

void TcpNetwork::AssignStreams() {
    m_losses->AssignStreams(LOSS_STREAM);
    if (m_cross) {
        m_cross->AssignStreams(CROSS_STREAMS);
    }
}

void TcpNetwork::BuildBottleneck(const TcpSettings& settings) {
    ns3::PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", Rate(settings.rate_mbps));
    link.SetChannelAttribute("Delay", ns3::TimeValue(ns3::Seconds(0)));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue("1p"));  // all wait in front
    const auto devices = link.Install(m_router.Get(0), m_receiver.Get(0));
    const std::map<std::string, std::string> disciplines{{"drop-tail", "ns3::FifoQueueDisc"},
                                                         {"codel", "ns3::CoDelQueueDisc"},
                                                         {"fq-codel", "ns3::FqCoDelQueueDisc"}};
    ns3::TrafficControlHelper in_front;
    in_front.SetRootQueueDisc(disciplines.at(settings.queue), "MaxSize",
                              ns3::StringValue(std::to_string(settings.BufferPackets()) + "p"));
    m_queue = in_front.Install(devices.Get(0)).Get(0);
    m_receiver_address =
        ns3::Ipv4AddressHelper("10.255.0.0", "255.255.255.0").Assign(devices).GetAddress(1);
    m_losses->SetUnit(ns3::RateErrorModel::ERROR_UNIT_PACKET);
    m_losses->SetRate(settings.loss_rate);
    if (settings.loss_rate > 0) {
        ns3::DynamicCast<ns3::PointToPointNetDevice>(devices.Get(1))
            ->SetReceiveErrorModel(m_losses);
    }
}

void TcpNetwork::Connect(ns3::Ptr<ns3::Node> sender, double delay_s, std::size_t subnet) {
    ns3::PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", Rate(m_access_mbps));
    link.SetChannelAttribute("Delay", ns3::TimeValue(ns3::Seconds(delay_s)));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue("1000000p"));
    const auto devices = link.Install(sender, m_router.Get(0));
    const std::string base = "10.0." + std::to_string(subnet) + ".0";
    ns3::Ipv4AddressHelper(base.c_str(), "255.255.255.0").Assign(devices);
    ns3::TrafficControlHelper::Default().Uninstall(devices);
}

void TcpNetwork::BuildCrossTraffic(const TcpSettings& settings) {
    const ns3::InetSocketAddress sink(m_receiver_address, CROSS_PORT);
    ns3::PacketSinkHelper("ns3::UdpSocketFactory", sink).Install(m_receiver);
    m_cross = ns3::CreateObject<ns3::OnOffApplication>();
    m_cross->SetAttribute("Protocol",
                          ns3::TypeIdValue(ns3::TypeId::LookupByName("ns3::UdpSocketFactory")));
    m_cross->SetAttribute("Remote", ns3::AddressValue(sink));
    m_cross->SetAttribute("OnTime", Exponential(settings.cross_on_s));
    m_cross->SetAttribute("OffTime", Exponential(settings.cross_off_s));
    // At a rate of 0, to which ns-3 rounds, the first packet would never be sent.
    m_cross->SetAttribute("DataRate",
                          Rate(std::max(1e-6, settings.cross_rate_share * settings.rate_mbps)));
    m_cross->SetAttribute("PacketSize", ns3::UintegerValue(SEGMENT_BYTES));
    m_others.Get(0)->AddApplication(m_cross);
}

}  // namespace physical
