// SPDX-License-Identifier: GPL-2.0-only
// Decisions at events: every flow asks for its window once a round trip, whenever that is. The
// program is an ordinary one of ns-3; the lines with `environment` make it an environment.
//
//   ns3-twin build examples/tcp-window.cc
//   ns3-twin describe ./tcp-window
#include "askers.h"
#include "environment.h"

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

#include <algorithm>
#include <memory>

namespace {

/// What all flows share.
struct Windows {
    physical::Environment& environment;
    physical::Askers flows;
    physical::Field<double> rtt_s;
    physical::Field<double> least_rtt_s;
    physical::Field<double> acknowledged_mbit;
    physical::Field<double> window_packets;
    physical::Field<std::int32_t> losses;
    physical::Field<double> next_window_packets;
};
std::unique_ptr<Windows> windows;
std::uint32_t started = 0;

/// NewReno, until the agent decides otherwise.
class AgentWindow : public ns3::TcpNewReno {
  public:
    static ns3::TypeId GetTypeId() {
        static ns3::TypeId tid =
            ns3::TypeId("AgentWindow").SetParent<ns3::TcpNewReno>().AddConstructor<AgentWindow>();
        return tid;
    }

    ns3::Ptr<ns3::TcpCongestionOps> Fork() override { return ns3::CopyObject<AgentWindow>(this); }

    void PktsAcked(ns3::Ptr<ns3::TcpSocketState> tcb, std::uint32_t, const ns3::Time&) override {
        // ns-3 hands over a smoothed round trip, and counts segments again when a loss is mended.
        m_acknowledged_mbit += tcb->m_lastAckedSackedBytes * 8e-6;
        m_rtt_s = tcb->m_lastRtt.Get().GetSeconds();
        m_least_rtt_s = std::min(m_least_rtt_s, m_rtt_s);
    }

    std::uint32_t GetSsThresh(ns3::Ptr<const ns3::TcpSocketState> tcb,
                              std::uint32_t in_flight) override {
        ++m_losses;
        return TcpNewReno::GetSsThresh(tcb, in_flight);
    }

    void IncreaseWindow(ns3::Ptr<ns3::TcpSocketState> tcb, std::uint32_t segments) override {
        TcpNewReno::IncreaseWindow(tcb, segments);
        if (m_flow < 0) {
            m_flow = static_cast<int>(started++);
        }
        if (ns3::Simulator::Now() < m_round_end) {
            return;
        }
        m_round_end = ns3::Simulator::Now() + ns3::Seconds(m_rtt_s);
        Windows& w = *windows;
        w.rtt_s(m_flow) = m_rtt_s;
        w.least_rtt_s(m_flow) = m_least_rtt_s;
        w.acknowledged_mbit(m_flow) = m_acknowledged_mbit;
        w.window_packets(m_flow) = 1.0 * tcb->m_cWnd / tcb->m_segmentSize;
        w.losses(m_flow) = m_losses;
        w.next_window_packets(m_flow) = w.window_packets(m_flow);
        w.environment.AddReward(m_acknowledged_mbit * m_least_rtt_s / m_rtt_s);
        m_acknowledged_mbit = 0;
        m_losses = 0;
        const double in_force = w.window_packets(m_flow);
        w.flows.Ask(m_flow, "round", [this, tcb, in_force] {
            const double packets = windows->next_window_packets(m_flow);
            if (packets == in_force) {
                return;  // NewReno goes on, slow start and all
            }
            tcb->m_cWnd = static_cast<std::uint32_t>(packets * tcb->m_segmentSize);
            tcb->m_ssThresh = tcb->m_cWnd;
        });
    }

  private:
    int m_flow = -1;
    int m_losses = 0;
    double m_rtt_s = 0;
    double m_least_rtt_s = 1e3;
    double m_acknowledged_mbit = 0;
    ns3::Time m_round_end;
};

}  // namespace

int main(int argc, char** argv) {
    std::uint32_t n_flows = 2;
    double seconds = 20;
    double link_mbps = 10;
    ns3::CommandLine command_line;
    command_line.AddValue("flows", "flows through the link", n_flows);
    command_line.AddValue("seconds", "simulated time", seconds);
    command_line.AddValue("linkMbps", "rate of the link", link_mbps);

    physical::Environment environment("tcp-window", "TCP flows whose windows the agent sets");
    environment.Parse(command_line, argc, argv);
    const std::vector<physical::Axis> each{physical::Axis(n_flows, "flow")};
    windows.reset(new Windows{
        environment,
        physical::Askers(environment, "flow", n_flows, {"round"}),
        environment.Observation<double>({"rtt_s", each, "s", 0, 1e3, "latest round trip"}),
        environment.Observation<double>({"least_rtt_s", each, "s", 0, 1e3, "least so far"}),
        environment.Observation<double>(
            {"acknowledged_mbit", each, "Mbit", 0, 1e6, "since the flow asked last"}),
        environment.Observation<double>({"window_packets", each, "packets", 0, 1e6, "in force"}),
        environment.Observation<std::int32_t>(
            {"losses", each, "1", 0, 1e6, "since the flow asked last"}),
        environment.Action<double>(
            {"next_window_packets", each, "packets", 1, 1000, "of the flows that ask"}),
    });
    environment.DescribeReward("Mbit", "acknowledged, times least over latest round trip");
    environment.Open();

    ns3::Config::SetDefault("ns3::TcpL4Protocol::SocketType",
                            ns3::TypeIdValue(AgentWindow::GetTypeId()));
    ns3::Config::SetDefault("ns3::TcpSocket::SegmentSize", ns3::UintegerValue(1448));
    ns3::Config::SetDefault("ns3::TcpSocket::SndBufSize", ns3::UintegerValue(4 << 20));
    ns3::Config::SetDefault("ns3::TcpSocket::RcvBufSize", ns3::UintegerValue(4 << 20));
    ns3::NodeContainer nodes(2);
    ns3::PointToPointHelper link;
    link.SetDeviceAttribute(
        "DataRate", ns3::DataRateValue(ns3::DataRate(static_cast<std::uint64_t>(link_mbps * 1e6))));
    link.SetChannelAttribute("Delay", ns3::StringValue("20ms"));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue("200p"));
    const auto devices = link.Install(nodes);
    ns3::InternetStackHelper internet;
    internet.Install(nodes);
    const auto addresses = ns3::Ipv4AddressHelper("10.0.0.0", "255.0.0.0").Assign(devices);
    ns3::TrafficControlHelper::Default().Uninstall(devices);  // packets wait at the link alone
    for (std::uint32_t flow = 0; flow < n_flows; ++flow) {
        const ns3::InetSocketAddress sink(addresses.GetAddress(1),
                                          static_cast<std::uint16_t>(5000 + flow));
        ns3::PacketSinkHelper("ns3::TcpSocketFactory", sink).Install(nodes.Get(1));
        ns3::BulkSendHelper source("ns3::TcpSocketFactory", sink);
        source.Install(nodes.Get(0)).Start(ns3::Seconds(0.1 * flow));
    }
    ns3::Simulator::Stop(ns3::Seconds(seconds));
    ns3::Simulator::Run();
    environment.Finish();
    ns3::Simulator::Destroy();
}
