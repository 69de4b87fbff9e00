// SPDX-License-Identifier: MIT
#pragma once

#include "laws/elementary.h"
#include "lte-parameters.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace twin {

/// ChannelMap's law of one cell: from a place to received power.
template <class Real>
class CellMap {
  public:
    CellMap(const ChannelMap& map, std::size_t bs)
        : m_intercept_dbm(static_cast<Real>(map.intercept_dbm[bs])),
          m_slope_db(static_cast<Real>(5 * map.exponent[bs])),
          m_height_m(static_cast<Real>(map.bs_height_m - map.ue_height_m)),
          m_sector(!map.azimuth_deg.empty()),
          m_azimuth_deg(m_sector ? static_cast<Real>(map.azimuth_deg[bs]) : Real(0)),
          m_gain_dbi(static_cast<Real>(map.sector_gain_dbi)),
          m_downtilt_deg(static_cast<Real>(map.sector_downtilt_deg)) {}

    bool IsSector() const { return m_sector; }

    /// log10 of the 3D distance in metres, at least 1 m, towards a place (x, y) from the mast.
    Real LogDistance(Real x_m, Real y_m) const {
        return Log10(std::max(Square(x_m, y_m), Real(1))) / 2;
    }

    /// Received power without the antenna's gain.
    Real OmniDbm(Real x_m, Real y_m) const {
        return m_intercept_dbm - m_slope_db * Log10(std::max(Square(x_m, y_m), Real(1)));
    }

    /// TR 36.814, Table A.2.1.1-2; 0 dB of an antenna that has no direction.
    Real GainDb(Real x_m, Real y_m) const {
        if (!m_sector) {
            return 0;
        }
        constexpr Real DEG_PER_RAD = Real(180) / std::numbers::pi_v<Real>;
        const Real turn_deg = std::atan2(y_m, x_m) * DEG_PER_RAD - m_azimuth_deg + 180;
        const Real off_deg = turn_deg - 360 * std::floor(turn_deg / 360) - 180;
        const Real flat_m = std::sqrt(x_m * x_m + y_m * y_m);
        const Real tilt_deg = std::atan2(m_height_m, flat_m) * DEG_PER_RAD - m_downtilt_deg;
        const Real across = off_deg / HORIZONTAL_BEAMWIDTH_DEG;
        const Real along = tilt_deg / VERTICAL_BEAMWIDTH_DEG;
        const Real weaker_db = std::min(12 * across * across, FRONT_TO_BACK_DB) +
                               std::min(12 * along * along, SIDE_LOBE_DB);
        return m_gain_dbi - std::min(weaker_db, FRONT_TO_BACK_DB);
    }

    Real RsrpDbm(Real x_m, Real y_m) const { return OmniDbm(x_m, y_m) + GainDb(x_m, y_m); }

  private:
    static constexpr Real HORIZONTAL_BEAMWIDTH_DEG = 70;
    static constexpr Real VERTICAL_BEAMWIDTH_DEG = 10;
    static constexpr Real FRONT_TO_BACK_DB = 25;
    static constexpr Real SIDE_LOBE_DB = 20;

    Real Square(Real x_m, Real y_m) const {
        return x_m * x_m + y_m * y_m + m_height_m * m_height_m;
    }

    Real m_intercept_dbm;
    Real m_slope_db;  // of log10 of the squared distance
    Real m_height_m;
    bool m_sector;
    Real m_azimuth_deg;
    Real m_gain_dbi;
    Real m_downtilt_deg;
};

}  // namespace twin
