// SPDX-License-Identifier: GPL-2.0-only
#include "tcp-fields.h"

#include <algorithm>

namespace physical {

namespace {

constexpr double FIRST_WINDOW_PACKETS = 10;  // RFC 6928

}  // namespace

TcpFields::TcpFields(Environment& environment, std::size_t n_flows) {
    const std::vector<Axis> each{Axis(n_flows, "flow")};
    const auto number = [&](const std::string& name, const std::string& unit, double high,
                            const std::string& help) {
        return environment.Observation<double>({name, each, unit, 0, high, help});
    };
    const auto time = [&](const std::string& name, const std::string& help) {
        return environment.Observation<double>({.name = name,
                                                .shape = each,
                                                .unit = "s",
                                                .low = 0,
                                                .high = 1e3,
                                                .help = help,
                                                .missing = 0});
    };
    const auto controllers = [&](const std::string& name, const std::string& help) {
        return FieldSpec{.name = name,
                         .shape = each,
                         .unit = "1",
                         .low = 0,
                         .high = double(ControllerNames().size() - 1),
                         .help = help,
                         .labels = ControllerNames(),
                         .categorical = true};
    };
    m_rtt_s = time("rtt_s",
                   "mean round trip that acknowledgements have measured since the flow "
                   "asked last; without one, the latest");
    m_min_rtt_s = time("min_rtt_s", "least round trip so far");
    m_interval_s = number("interval_s", "s", 1e6, "since the flow asked last");
    m_delivery_rate_mbps = number("delivery_rate_mbps", "Mbit/s", 1e6,
                                  "acknowledged, also selectively (RFC 2018), per time since the "
                                  "flow asked last");
    m_loss_share = number("loss_share", "1", 1,
                          "retransmitted since the flow asked last, of all that was sent");
    m_cwnd_packets = number("cwnd_packets", "packets", 1e7, "congestion window in force");
    m_inflight_packets =
        number("inflight_packets", "packets", 1e7, "sent, not acknowledged and not taken for lost");
    m_controller_in_force = environment.Observation<std::int32_t>(
        controllers("controller_in_force", "who sets the window now"));
    m_queue_packets = environment.Observation<double>(
        {"queue_packets",
         {1},
         "packets",
         0,
         1e6,
         "wait at the bottleneck; senders of a real network do not see it"});
    m_controller = environment.Action<std::int32_t>(
        controllers("controller",
                    "who sets the window of a flow that asks: the agent, by "
                    "window_packets, or ns-3's TcpNewReno, TcpCubic or TcpBbr"));
    m_window_packets = environment.Action<double>(
        {"window_packets", each, "packets", 1, LARGEST_WINDOW_PACKETS,
         "congestion window of a flow that asks and that the agent controls"});
}

void TcpFields::Observe(std::size_t flow,
                        TcpFlow& observed,
                        const FlowTotals& since,
                        double interval_s) const {
    const FlowTotals between = observed.Totals() - since;
    m_rtt_s(flow) = between.MeanRttS().value_or(observed.LatestRttS());
    m_min_rtt_s(flow) = observed.LeastRttS();
    m_interval_s(flow) = interval_s;
    m_delivery_rate_mbps(flow) = between.RateMbps(interval_s);
    m_loss_share(flow) = between.LossShare();
    m_cwnd_packets(flow) = observed.WindowPackets();
    m_inflight_packets(flow) = observed.InFlightPackets();
    m_controller_in_force(flow) = static_cast<std::int32_t>(observed.Congestion().Current());
    m_controller(flow) = m_controller_in_force(flow);
    m_window_packets(flow) = std::clamp(observed.WindowPackets(), 1.0, LARGEST_WINDOW_PACKETS);
}

void TcpFields::ObserveStart(std::size_t flow) const {
    m_controller(flow) = static_cast<std::int32_t>(Controller::CUBIC);
    m_window_packets(flow) = FIRST_WINDOW_PACKETS;
}

void TcpFields::Enforce(std::size_t flow, TcpFlow& decided) const {
    decided.Congestion().Decide(static_cast<Controller>(m_controller(flow)),
                                m_window_packets(flow));
}

}  // namespace physical
