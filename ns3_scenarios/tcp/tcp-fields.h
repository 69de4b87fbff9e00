// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TCP_FIELDS_H
#define PHYSICAL_TCP_FIELDS_H

#include "environment.h"
#include "tcp-flow.h"

#include <cstdint>

namespace physical {

/// What is observed of flows and decided for them.
class TcpFields {
  public:
    static constexpr double LARGEST_WINDOW_PACKETS = 10'000;

    TcpFields(Environment& environment, std::size_t n_flows);

    /// Fill what is observed of a flow, and what is in force if nobody decides.
    /// @param since what it had counted when it asked last
    /// @param interval_s the time since then
    void Observe(std::size_t flow,
                 TcpFlow& observed,
                 const FlowTotals& since,
                 double interval_s) const;

    void ObserveQueue(std::uint32_t packets) const { m_queue_packets(0) = packets; }

    /// A flow that has not begun: nothing is observed, and CUBIC begins it if nobody decides.
    void ObserveStart(std::size_t flow) const;

    /// Let a flow be controlled as was decided.
    void Enforce(std::size_t flow, TcpFlow& decided) const;

  private:
    Field<double> m_rtt_s;
    Field<double> m_min_rtt_s;
    Field<double> m_interval_s;
    Field<double> m_delivery_rate_mbps;
    Field<double> m_loss_share;
    Field<double> m_cwnd_packets;
    Field<double> m_inflight_packets;
    Field<std::int32_t> m_controller_in_force;
    Field<double> m_queue_packets;
    Field<std::int32_t> m_controller;
    Field<double> m_window_packets;
};

}  // namespace physical

#endif
