// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_WALKS_H
#define PHYSICAL_MOBILITY_WALKS_H

#include "mobility-legs.h"
#include "mobility-settings.h"

#include "ns3/random-variable-stream.h"

namespace physical {

/// Random walk: a new direction, uniform, and a new speed every `turn_s` (Camp, Boleng and Davies
/// 2002, section 2.1). Positions are uniform over the area, from the start on.
class RandomWalk : public LegMobilityModel {
  public:
    /// Uses the random streams first_stream and first_stream + 1.
    RandomWalk(const MobilitySettings& settings,
               const Area& area,
               double height_m,
               std::int64_t first_stream);

  private:
    Leg FirstLeg() const override;
    Leg NextLeg(const ns3::Vector& at, const ns3::Vector& velocity) const override;
    std::int64_t DoAssignStreams(std::int64_t first_stream) override;

    MobilitySettings m_settings;
    ns3::Ptr<ns3::UniformRandomVariable> m_first;
    ns3::Ptr<ns3::UniformRandomVariable> m_uniform;
};

/**
 * Gauss-Markov (Liang and Haas, INFOCOM 1999, equation 3, mean velocity 0): per axis
 *   v(t+1 s) = α v(t) + σ √(1−α²) w(t),  w standard normal,
 * α the memory. The speed is Rayleigh distributed with mean σ √(π/2). Positions are uniform and
 * velocities normal from the start on, mirrors included.
 */
class GaussMarkov : public LegMobilityModel {
  public:
    /// Uses the random streams first_stream and first_stream + 1.
    GaussMarkov(const MobilitySettings& settings,
                const Area& area,
                double height_m,
                std::int64_t first_stream);

  private:
    Leg FirstLeg() const override;
    Leg NextLeg(const ns3::Vector& at, const ns3::Vector& velocity) const override;
    std::int64_t DoAssignStreams(std::int64_t first_stream) override;

    double m_memory;
    double m_sigma_mps;
    ns3::Ptr<ns3::UniformRandomVariable> m_first;
    ns3::Ptr<ns3::NormalRandomVariable> m_normal;
};

}  // namespace physical

#endif
