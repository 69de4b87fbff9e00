// SPDX-License-Identifier: GPL-2.0-only
#include "tcp-settings.h"

#include "message.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace physical {

namespace {

constexpr double LEAST_RTT_S = 0.001;
constexpr double LARGEST_RTT_S = 2;

void DeclareRtt(Settings& settings, const std::string& group, double& rtt_s) {
    settings.Real(group + "rtt_s", rtt_s, LEAST_RTT_S, LARGEST_RTT_S, "s",
                  "time there and back without a queue");
}

/// What an item of `flows.each` may give.
struct FlowItem {
    double rtt_s;
    double start_s = 0;

    void Declare(Settings& settings) {
        DeclareRtt(settings, "", rtt_s);
        settings.Real("start_s", start_s, 0, 1e6, "s", "when the flow begins");
    }
};

}  // namespace

void TcpSettings::Declare(Settings& settings) {
    settings.Integer("n_flows", n_flows, 1, 64, "flows", "TCP flows through the bottleneck");
    settings.Real("duration_s", duration_s, 0.001, 1e6, "s", "simulated time");

    settings.Real("bottleneck.rate_mbps", rate_mbps, 0.1, 1000, "Mbit/s", "rate of the link");
    settings.Real("bottleneck.buffer_bdp", buffer_bdp, 0.01, 1000, "1",
                  "longest queue in products of bottleneck.rate_mbps and path.rtt_s; at least two"
                  " packets");
    settings.Integer("bottleneck.buffer_packets", buffer_packets, 0, 1'000'000, "packets",
                     "longest queue in packets; 0: bottleneck.buffer_bdp says it");
    settings.Choice("bottleneck.queue", queue, {"drop-tail", "codel", "fq-codel"},
                    "queue discipline: first in, first out until it is full; CoDel (RFC 8289); a"
                    " queue with CoDel per flow (RFC 8290)");
    settings.Real("bottleneck.loss_rate", loss_rate, 0, 0.5, "1",
                  "share of the packets that is lost at random after the link");

    DeclareRtt(settings, "path.", rtt_s);
    settings.Real("flows.start_spread_s", start_spread_s, 0, 1e4, "s",
                  "each flow begins at a random time before that");
    FlowItem item{rtt_s};
    Settings of_item;
    item.Declare(of_item);
    settings.List("flows.each", each, of_item,
                  "what flows have for themselves, one item per flow in their order; empty: all"
                  " are alike");

    settings.Real("cross.rate_share", cross_rate_share, 0, 1, "1",
                  "share of the link's rate at which UDP packets of somebody else come while they"
                  " come; 0: there is nobody else");
    settings.Real("cross.on_s", cross_on_s, 0.001, 1e4, "s",
                  "mean time for which they come, exponentially distributed");
    settings.Real("cross.off_s", cross_off_s, 0.001, 1e4, "s", "mean time between, likewise");

    settings.Choice("ask.every", ask_every, {"round-trip", "interval", "acknowledgement"},
                    "how often a flow asks for a decision, after the one at its start");
    settings.Real("ask.interval_s", ask_interval_s, 0.001, 10, "s",
                  "time between two questions of a flow, with ask.every = interval");

    settings.Real("reward.delay_weight", utility.delay_weight, 0, 100, "1",
                  "of the round trip in a flow's utility");
    settings.Real("reward.loss_weight", utility.loss_weight, 0, 1000, "1",
                  "of the lost share in a flow's utility");
    settings.Real("reward.interval_s", reward_interval_s, 0.01, 10, "s",
                  "over which a flow's rate, round trip and loss are taken for its utility");
}

std::vector<FlowSettings> TcpSettings::Flows() const {
    std::vector<FlowSettings> flows = FlowsOfItems();
    double first_s = std::numeric_limits<double>::infinity();
    for (const FlowSettings& flow : flows) {
        first_s = std::min(first_s, flow.start_s.value_or(start_spread_s));
    }
    if (first_s > duration_s) {
        throw SettingError("setting duration_s = " + message::Number(duration_s) +
                           ": the first flow may begin as late as at " + message::Number(first_s) +
                           " s (flows.start_spread_s, or start_s of flows.each)");
    }
    return flows;
}

std::vector<FlowSettings> TcpSettings::FlowsOfItems() const {
    std::vector<FlowSettings> flows(n_flows, {rtt_s, std::nullopt});
    if (each.empty()) {
        return flows;
    }
    if (each.size() != n_flows) {
        throw SettingError("setting flows.each: has " + std::to_string(each.size()) +
                           " items, must have n_flows = " + std::to_string(n_flows));
    }
    for (std::size_t flow = 0; flow < n_flows; ++flow) {
        FlowItem item{rtt_s};
        Settings of_item;
        item.Declare(of_item);
        for (const auto& [name, text] : each[flow]) {
            try {
                of_item.Set(name, text);
            } catch (const SettingError& error) {
                throw SettingError("setting flows.each: flow " + std::to_string(flow) + ": " +
                                   error.what());
            }
            if (name == "start_s") {
                flows[flow].start_s = item.start_s;
            }
        }
        flows[flow].rtt_s = item.rtt_s;
    }
    return flows;
}

std::uint32_t TcpSettings::BufferPackets() const {
    if (buffer_packets > 0) {
        return buffer_packets;
    }
    const double bdp_packets = rate_mbps * 1e6 * rtt_s / (8 * PACKET_BYTES);
    return std::max(2U, static_cast<std::uint32_t>(std::ceil(buffer_bdp * bdp_packets)));
}

std::uint32_t TcpSettings::SocketBytes() const {
    constexpr double LEAST_BYTES = 1 << 18;
    constexpr double MOST_BYTES = 1 << 30;  // the largest window that TCP can tell (RFC 7323, 2.3)
    const std::vector<FlowSettings> flows = Flows();
    const double longest_rtt_s = std::ranges::max_element(flows, {}, &FlowSettings::rtt_s)->rtt_s;
    const double bytes =
        2 * (longest_rtt_s * rate_mbps * 1e6 / 8 + 1.0 * BufferPackets() * PACKET_BYTES);
    return static_cast<std::uint32_t>(std::clamp(bytes, LEAST_BYTES, MOST_BYTES));
}

}  // namespace physical
