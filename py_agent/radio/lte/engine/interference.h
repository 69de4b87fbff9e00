// SPDX-License-Identifier: MIT
#pragma once

#include "laws/elementary.h"
#include "lte-parameters.h"

#include <algorithm>

namespace twin {

/// DataInterference's law: what the data of one other cell's users leave of a user's rate.
template <class Real>
class InterferenceLoss {
  public:
    explicit InterferenceLoss(const DataInterference& law)
        : m_margin_db(static_cast<Real>(law.margin_db)),
          m_slope_db(static_cast<Real>(law.slope_db)),
          m_needed_min_db(static_cast<Real>(law.needed_min_db)),
          m_needed_max_db(static_cast<Real>(law.needed_max_db)) {}

    /// SINR at which half of the data are lost.
    Real EdgeDb(Real sounded_db) const {
        return std::min(std::max(sounded_db, m_needed_min_db), m_needed_max_db) + m_margin_db;
    }

    /// Factor by which the rate falls; all powers are per resource block.
    ///
    /// over_edge_db: what the base station receives of the user in dBm, less EdgeDb.
    /// heard_dbm: of the other cell's users.
    /// noise_mw: beside them.
    /// busy: part of the other cell's band that is used.
    Real Survives(Real over_edge_db, Real heard_dbm, Real noise_mw, Real busy) const {
        const Real excess_db = over_edge_db - ToDb(noise_mw + FromDb(heard_dbm));
        return 1 - busy * Logistic(-excess_db / m_slope_db);
    }

  private:
    Real m_margin_db;
    Real m_slope_db;
    Real m_needed_min_db;
    Real m_needed_max_db;
};

}  // namespace twin
