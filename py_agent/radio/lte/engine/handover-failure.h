// SPDX-License-Identifier: MIT
#pragma once

#include "laws/elementary.h"
#include "lte-parameters.h"

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

}  // namespace twin
