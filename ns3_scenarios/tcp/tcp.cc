// SPDX-License-Identifier: GPL-2.0-only
// The tcp scenario: flows through one bottleneck ask who sets their windows, and to what.
#include "askers.h"
#include "environment.h"
#include "exit-status.h"
#include "tcp-fields.h"
#include "tcp-flow.h"
#include "tcp-network.h"
#include "tcp-reward.h"
#include "tcp-settings.h"
#include "tcp-streams.h"

#include "ns3/config.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace physical {

namespace {

constexpr double LEAST_INTERVAL_S = 0.001;

/// One run: the flows, when they ask, and what comes of it.
class TcpRun {
  public:
    TcpRun(Environment& environment, const TcpSettings& settings)
        : m_environment(environment),
          m_settings(settings),
          m_flow_settings(settings.Flows()),
          m_askers(environment, "flow", settings.n_flows, {"start", "interval", "acknowledgement"}),
          m_fields(environment, settings.n_flows),
          m_reward(settings, m_flow_settings) {}

    void Build() {
        m_network.emplace(m_settings, m_flow_settings);
        m_asked.resize(m_settings.n_flows);
        for (std::size_t flow = 0; flow < m_settings.n_flows; ++flow) {
            m_flows.emplace_back(m_network->Sender(flow), m_network->Receiver(flow));
            auto start_s = ns3::CreateObject<ns3::UniformRandomVariable>();
            start_s->SetStream(START_STREAMS + static_cast<std::int64_t>(flow));
            const double drawn_s = start_s->GetValue(0, m_settings.start_spread_s);
            ns3::Simulator::Schedule(ns3::Seconds(m_flow_settings[flow].start_s.value_or(drawn_s)),
                                     [this, flow] { AskToStart(flow); });
        }
        AssignBbrStreams();
        ScheduleReward();
    }

    void AssignStreams() {
        m_network->AssignStreams();
        AssignBbrStreams();
    }

    /// The end of the simulated time: the last observation is of now.
    void Finish() {
        for (std::size_t flow = 0; flow < m_flows.size(); ++flow) {
            if (m_flows[flow].IsStarted()) {
                Observe(flow);
            }
        }
        m_environment.AddReward(m_reward.Take(m_flows, NowS()));
        m_environment.Finish();
    }

  private:
    /// When a flow asked last, and what it had counted then.
    struct Asked {
        double time_s = 0;
        FlowTotals totals;
        bool is_asking = false;
    };

    static double NowS() { return ns3::Simulator::Now().GetSeconds(); }

    void AssignBbrStreams() {
        for (std::size_t flow = 0; flow < m_flows.size(); ++flow) {
            m_flows[flow].Congestion().SetStream(BBR_STREAMS + static_cast<std::int64_t>(flow));
        }
    }

    void AskToStart(std::size_t flow) {
        m_fields.ObserveStart(flow);
        m_askers.Ask(flow, "start", [this, flow] {
            m_fields.Enforce(flow, m_flows[flow]);
            m_asked[flow].time_s = NowS();
            if (m_settings.ask_every == "acknowledgement") {
                m_flows[flow].OnAcknowledged([this, flow] { Ask(flow, "acknowledgement"); });
                m_flows[flow].OnEstablished([] {});
            } else {
                m_flows[flow].OnEstablished([this, flow] { ScheduleQuestion(flow); });
            }
            m_flows[flow].Start();
        });
    }

    void ScheduleQuestion(std::size_t flow) {
        const double interval_s = m_settings.ask_every == "interval"
                                      ? m_settings.ask_interval_s
                                      : std::max(m_flows[flow].RoundTripS(), LEAST_INTERVAL_S);
        ns3::Simulator::Schedule(ns3::Seconds(interval_s), [this, flow] {
            Ask(flow, "interval");
            ScheduleQuestion(flow);
        });
    }

    void Ask(std::size_t flow, const std::string& reason) {
        if (m_asked[flow].is_asking) {
            return;  // a second acknowledgement in one instant
        }
        m_asked[flow].is_asking = true;
        Observe(flow);
        m_asked[flow].time_s = NowS();
        m_asked[flow].totals = m_flows[flow].Totals();
        m_askers.Ask(flow, reason, [this, flow] {
            m_asked[flow].is_asking = false;
            m_fields.Enforce(flow, m_flows[flow]);
        });
    }

    void Observe(std::size_t flow) {
        m_fields.Observe(flow, m_flows[flow], m_asked[flow].totals, NowS() - m_asked[flow].time_s);
        m_fields.ObserveQueue(m_network->QueuedPackets());
    }

    void ScheduleReward() {
        ns3::Simulator::Schedule(ns3::Seconds(m_settings.reward_interval_s), [this] {
            m_environment.AddReward(m_reward.Take(m_flows, NowS()));
            ScheduleReward();
        });
    }

    Environment& m_environment;
    const TcpSettings& m_settings;
    std::vector<FlowSettings> m_flow_settings;
    Askers m_askers;
    TcpFields m_fields;
    TcpReward m_reward;
    std::optional<TcpNetwork> m_network;
    std::deque<TcpFlow> m_flows;  // they are called back: none may move
    std::vector<Asked> m_asked;
};

/// Before a user's own, which win.
void SetNs3Defaults(const TcpSettings& settings) {
    using ns3::UintegerValue;
    using ns3::Config::SetDefault;
    SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(SEGMENT_BYTES));
    SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(settings.SocketBytes()));
    SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(settings.SocketBytes()));
    // A flow never gives up. ns-3 doubles its wait with each attempt to connect, in an int.
    SetDefault("ns3::TcpSocket::ConnCount", UintegerValue(15));
    SetDefault("ns3::TcpSocket::DataRetries",
               UintegerValue(std::numeric_limits<std::uint32_t>::max()));
}

void Run(int argc, char** argv) {
    TcpSettings settings;
    Settings declared;
    settings.Declare(declared);
    Environment environment("tcp", "TCP flows through one bottleneck, which ask for their windows");
    environment.Parse(declared, argc, argv, [&] { SetNs3Defaults(settings); });
    TcpRun run(environment, settings);
    environment.DescribeReward(
        "s",
        "utility of each flow times time: log of its rate over the fair one, minus weighted"
        " log of its round trip over that without a queue, minus weighted lost share (Winstein"
        " and Balakrishnan, SIGCOMM 2013)");
    environment.OnReseed([&run] { run.AssignStreams(); });
    environment.Open();
    run.Build();
    ns3::Simulator::Stop(ns3::Seconds(settings.duration_s));
    ns3::Simulator::Run();
    run.Finish();
    ns3::Simulator::Destroy();
}

}  // namespace

}  // namespace physical

int main(int argc, char** argv) {
    return physical::ExitStatusOf([&] { physical::Run(argc, argv); });
}
