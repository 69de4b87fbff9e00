// SPDX-License-Identifier: GPL-2.0-only
#include "tcp-reward.h"

#include <algorithm>

namespace physical {

TcpReward::TcpReward(const TcpSettings& settings, const std::vector<FlowSettings>& flows)
    : m_settings(settings), m_since(flows.size()) {
    const double packet_s = 8 * PACKET_BYTES / (settings.rate_mbps * 1e6);
    for (const FlowSettings& flow : flows) {
        m_rtt_without_queue_s.push_back(flow.rtt_s + packet_s);
    }
}

double TcpReward::Take(const std::deque<TcpFlow>& flows, double now_s) {
    const auto n_begun = std::ranges::count_if(flows, &TcpFlow::IsStarted);
    double sum = 0;
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
        if (!flows[flow].IsStarted()) {
            continue;
        }
        const FlowTotals between = flows[flow].Totals() - m_since[flow];
        m_since[flow] = flows[flow].Totals();
        const double interval_s = now_s - std::max(m_taken_s, flows[flow].StartTime().GetSeconds());
        if (interval_s <= 0) {
            continue;
        }
        const double fair_mbps = m_settings.rate_mbps / static_cast<double>(n_begun);
        const double without_s = m_rtt_without_queue_s[flow];
        const double latest_s = flows[flow].LatestRttS();
        const double rtt_s = between.MeanRttS().value_or(latest_s > 0 ? latest_s : without_s);
        sum += interval_s * m_settings.utility.Of(between.RateMbps(interval_s) / fair_mbps,
                                                  rtt_s / without_s, between.LossShare());
    }
    m_taken_s = now_s;
    return sum;
}

}  // namespace physical
