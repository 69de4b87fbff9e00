// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_FLOW_UTILITY_H
#define PHYSICAL_FLOW_UTILITY_H

namespace physical {

/**
 * What a flow's throughput is worth at its delay and its loss:
 *
 *     U = log(x / x_fair) - delay_weight · log(rtt / rtt_0) - loss_weight · p
 *
 * The first two terms are the objective of Remy (Winstein and Balakrishnan, "TCP ex Machina",
 * SIGCOMM 2013, section 3.2, with alpha = beta = 1): the sum over flows is largest where the
 * throughput is proportionally fair and, with delay_weight 1, where each flow's throughput over
 * delay (Kleinrock's power, 1979) is. The loss is what Aurora subtracts (Jay et al., ICML 2019).
 */
struct FlowUtility {
    double delay_weight = 1;
    double loss_weight = 1;

    /// A flow that gets less than this share of its fair rate is as bad as one that gets it: the
    /// logarithm has no end.
    static constexpr double LEAST_RATE_RATIO = 0.01;

    /// @param rate_ratio x / x_fair, of the rate that the flow would have if all had the same
    /// @param rtt_ratio rtt / rtt_0, of the round trip without a queue
    /// @param loss_share p, of what was sent
    double Of(double rate_ratio, double rtt_ratio, double loss_share) const;
};

}  // namespace physical

#endif
