// SPDX-License-Identifier: MIT
#pragma once

#include "elementary.h"
#include "parameters.h"

#include <algorithm>

namespace twin {

/// HandoverLaw's law: time without a cell in a handover that succeeds, by a standard normal number.
template <class Real>
Real InterruptionS(const HandoverLaw& law, Real normal) {
    return static_cast<Real>(law.interruption_median_s) *
           Exp(static_cast<Real>(law.interruption_sigma) * normal);
}

/// Time without a cell after a failure, by a standard normal number.
template <class Real>
Real OutageS(double mean_s, double sd_s, Real normal) {
    constexpr Real SHORTEST_S = Real(0.05);
    return std::max(static_cast<Real>(mean_s) + static_cast<Real>(sd_s) * normal, SHORTEST_S);
}

}  // namespace twin
