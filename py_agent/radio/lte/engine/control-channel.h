// SPDX-License-Identifier: MIT
#pragma once

#include "laws/elementary.h"
#include "lte-parameters.h"

namespace twin {

/// ControlChannel's law.
template <class Real>
class ControlDecoding {
  public:
    explicit ControlDecoding(const ControlChannel& law)
        : m_needed_db(static_cast<Real>(law.needed_db)),
          m_slope_db(static_cast<Real>(law.slope_db)),
          m_noise_mw(FromDb(static_cast<Real>(law.noise_dbm))) {}

    /// SINR of a cell heard with own_dbm where all others together bring others_mw.
    Real SinrDb(Real own_dbm, Real others_mw) const {
        return own_dbm - ToDb(others_mw + m_noise_mw);
    }

    /// Part of the grants that are heard.
    Real Decoded(Real sinr_db) const { return Logistic((sinr_db - m_needed_db) / m_slope_db); }

  private:
    Real m_needed_db;
    Real m_slope_db;
    Real m_noise_mw;
};

}  // namespace twin
