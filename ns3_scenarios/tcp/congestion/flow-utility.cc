// SPDX-License-Identifier: GPL-2.0-only
#include "flow-utility.h"

#include <algorithm>
#include <cmath>

namespace physical {

double FlowUtility::Of(double rate_ratio, double rtt_ratio, double loss_share) const {
    return std::log(std::max(rate_ratio, LEAST_RATE_RATIO)) - delay_weight * std::log(rtt_ratio) -
           loss_weight * loss_share;
}

}  // namespace physical
