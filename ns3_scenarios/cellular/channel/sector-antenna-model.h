// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SECTOR_ANTENNA_MODEL_H
#define PHYSICAL_SECTOR_ANTENNA_MODEL_H

#include "ns3/antenna-model.h"

namespace physical {

/**
 * The antenna of a sector, 3GPP TR 36.814 Table A.2.1.1-2: horizontal and vertical pattern
 *
 *     A_H(φ) = −min(12 (φ / 70°)², 25 dB),  A_V(θ) = −min(12 ((θ − tilt) / 10°)², 20 dB),
 *     A(φ, θ) = gain − min(−(A_H + A_V), 25 dB)
 *
 * with φ from the main direction and θ below the horizon.
 */
class SectorAntennaModel : public ns3::AntennaModel {
  public:
    static ns3::TypeId GetTypeId();

    double GetGainDb(ns3::Angles angles) override;

  private:
    double m_azimuth_deg = 0;
    double m_downtilt_deg = 0;
    double m_gain_dbi = 0;
};

}  // namespace physical

#endif
