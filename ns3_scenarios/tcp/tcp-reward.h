// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TCP_REWARD_H
#define PHYSICAL_TCP_REWARD_H

#include "tcp-flow.h"
#include "tcp-settings.h"

#include <cstddef>
#include <deque>
#include <vector>

namespace physical {

/// The utility of all flows, added up over time by a clock of its own: it does not depend on when
/// flows ask.
class TcpReward {
  public:
    TcpReward(const TcpSettings& settings, const std::vector<FlowSettings>& flows);

    /// @return utility times seconds, summed over the flows that have begun, since it was taken
    /// last
    double Take(const std::deque<TcpFlow>& flows, double now_s);

  private:
    const TcpSettings& m_settings;
    std::vector<double> m_rtt_without_queue_s;
    std::vector<FlowTotals> m_since;
    double m_taken_s = 0;
};

}  // namespace physical

#endif
