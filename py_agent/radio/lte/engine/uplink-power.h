// SPDX-License-Identifier: MIT
#pragma once

#include "laws/elementary.h"
#include "lte-parameters.h"

#include <algorithm>

namespace twin {

/// Uplink power control with full path-loss compensation (TS 36.213, 5.1.1.1), of sounding signals
/// and of data.
template <class Real>
class UplinkPower {
  public:
    static constexpr Real SMALLEST_GRANT_RB = 3;  // unless there is less to send

    explicit UplinkPower(const UplinkSinr& uplink)
        : m_reference_dbm(static_cast<Real>(uplink.reference_power_dbm)),
          m_max_dbm(static_cast<Real>(uplink.max_power_dbm)),
          m_p0_dbm(static_cast<Real>(uplink.p0_dbm)),
          m_band_db(static_cast<Real>(10 * std::log10(uplink.bandwidth_rb))),
          m_noise_dbm(static_cast<Real>(uplink.noise_dbm)),
          m_offset_db(static_cast<Real>(uplink.offset_db)),
          m_ceiling_db(static_cast<Real>(uplink.ceiling_db)) {}

    /// SINR of the sounding signal, UplinkSinr's law.
    Real SoundedDb(Real rsrp_dbm, Real rise_db, Real correction_db) const {
        const Real path_loss_db = m_reference_dbm - rsrp_dbm;
        const Real power_dbm = std::min(m_max_dbm, m_p0_dbm + m_band_db + path_loss_db);
        const Real sinr_db =
            power_dbm - path_loss_db - m_noise_dbm - rise_db + m_offset_db + correction_db;
        return std::min(sinr_db, m_ceiling_db);
    }

    /// What is to be added to the RSRP of a link to have what its base station receives of the
    /// user's data, per resource block of a grant so wide: DataInterference's D.
    Real DensityOverRsrpDb(Real own_rsrp_dbm, Real width_rb) const {
        const Real width_db = ToDb(std::max(width_rb, SMALLEST_GRANT_RB));
        const Real path_loss_db = m_reference_dbm - own_rsrp_dbm;
        const Real density_dbm = std::min(m_max_dbm - width_db, m_p0_dbm + path_loss_db);
        return density_dbm - m_reference_dbm;
    }

    /// Of a base station, per resource block.
    Real NoisePerRbMw() const { return FromDb(m_noise_dbm - m_band_db); }

  private:
    Real m_reference_dbm;
    Real m_max_dbm;
    Real m_p0_dbm;
    Real m_band_db;
    Real m_noise_dbm;
    Real m_offset_db;
    Real m_ceiling_db;
};

}  // namespace twin
