// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_FLOW_TOTALS_H
#define PHYSICAL_FLOW_TOTALS_H

#include <optional>

namespace physical {

/// What a sender has counted of its flow. The difference of two is what happened between them.
struct FlowTotals {
    double delivered_bit = 0;      ///< acknowledged, also selectively (RFC 2018)
    double retransmitted_bit = 0;  ///< sent again because it was taken for lost
    double rtt_sum_s = 0;          ///< of the round trips that the acknowledgements measured
    double acknowledgements = 0;

    FlowTotals operator-(const FlowTotals& before) const;

    /// Acknowledged per time, in Mbit/s.
    double RateMbps(double interval_s) const;

    /// Mean round trip; nothing was acknowledged: none.
    std::optional<double> MeanRttS() const;

    /// Share of what was sent that was taken for lost.
    double LossShare() const;
};

}  // namespace physical

#endif
