// SPDX-License-Identifier: MIT
#pragma once

#include "elementary.h"
#include "parameters.h"

#include <algorithm>

namespace twin {

/// FailureLaw's law: how probably a handover fails.
template <class Real>
class HandoverFailure {
  public:
    explicit HandoverFailure(const FailureLaw& law)
        : m_floor(static_cast<Real>(law.floor)),
          m_margin_db(static_cast<Real>(law.margin_db)),
          m_slope_db(static_cast<Real>(law.slope_db)) {}

    /// source_over_target_db: strength of the serving cell over that of the target.
    Real Probability(Real source_over_target_db) const {
        const Real steps = (source_over_target_db - m_margin_db) / m_slope_db;
        return m_floor + (1 - m_floor) * Logistic(steps);
    }

  private:
    Real m_floor;
    Real m_margin_db;
    Real m_slope_db;
};

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
