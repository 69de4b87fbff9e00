// SPDX-License-Identifier: MIT
#pragma once

#include "lte-parameters.h"

#include <algorithm>
#include <vector>

namespace twin {

/// The law of RateCurve and Downlink: bits per second and resource block, linear between knots,
/// constant beyond.
template <class Real>
class RateInterpolation {
  public:
    explicit RateInterpolation(const RateKnots& knots)
        : m_sinr_db(knots.sinr_db.begin(), knots.sinr_db.end()),
          m_bps_per_rb(knots.bps_per_rb.begin(), knots.bps_per_rb.end()) {
        std::size_t knot = 0;
        for (std::size_t i = 0; i + 1 < m_sinr_db.size(); ++i) {
            m_slope.push_back((m_bps_per_rb[i + 1] - m_bps_per_rb[i]) /
                              (m_sinr_db[i + 1] - m_sinr_db[i]));
        }
        for (Real at_db = m_sinr_db.front(); at_db < m_sinr_db.back(); ++at_db) {
            while (m_sinr_db[knot + 1] <= at_db) {
                ++knot;
            }
            m_knot.push_back(knot);
        }
    }

    Real BpsPerRb(Real sinr_db) const {
        if (!(sinr_db > m_sinr_db.front())) {
            return m_bps_per_rb.front();
        }
        if (sinr_db >= m_sinr_db.back()) {
            return m_bps_per_rb.back();
        }
        const auto step = static_cast<std::size_t>(sinr_db - m_sinr_db.front());
        std::size_t i = m_knot[std::min(step, m_knot.size() - 1)];
        while (m_sinr_db[i + 1] <= sinr_db) {
            ++i;
        }
        return m_bps_per_rb[i] + m_slope[i] * (sinr_db - m_sinr_db[i]);
    }

  private:
    std::vector<Real> m_sinr_db;
    std::vector<Real> m_bps_per_rb;
    std::vector<Real> m_slope;        // from each knot to the next
    std::vector<std::size_t> m_knot;  // last one at or below the first one plus so many decibels
};

}  // namespace twin
