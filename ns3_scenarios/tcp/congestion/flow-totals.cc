// SPDX-License-Identifier: GPL-2.0-only
#include "flow-totals.h"

namespace physical {

FlowTotals FlowTotals::operator-(const FlowTotals& before) const {
    return {delivered_bit - before.delivered_bit, retransmitted_bit - before.retransmitted_bit,
            rtt_sum_s - before.rtt_sum_s, acknowledgements - before.acknowledgements};
}

double FlowTotals::RateMbps(double interval_s) const {
    return interval_s > 0 ? delivered_bit * 1e-6 / interval_s : 0;
}

std::optional<double> FlowTotals::MeanRttS() const {
    if (acknowledgements == 0) {
        return std::nullopt;
    }
    return rtt_sum_s / acknowledgements;
}

double FlowTotals::LossShare() const {
    const double sent_bit = delivered_bit + retransmitted_bit;
    return sent_bit > 0 ? retransmitted_bit / sent_bit : 0;
}

}  // namespace physical
