// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_HOTSPOTS_H
#define PHYSICAL_MOBILITY_HOTSPOTS_H

#include "mobility-legs.h"
#include "mobility-settings.h"

#include "ns3/random-variable-stream.h"

#include <vector>

namespace physical {

/**
 * Random waypoint with attraction points (Aschenbruck et al., BonnMotion, SIMUTools 2010): the next
 * waypoint is normally distributed around a hotspot chosen at random, drawn again while it is
 * outside the area; then a pause, uniform up to the longest. The hotspots themselves are uniform
 * over the area.
 *
 * It starts stationary: the first walk and pause are chosen in proportion to how long they take,
 * and begun at a uniform moment (Le Boudec and Vojnović, INFOCOM 2005).
 */
class HotspotWalk : public LegMobilityModel {
  public:
    /// Uses the random streams first_stream to first_stream + 2.
    /// @param hotspot_stream the same for all users: they draw the same hotspots from it
    HotspotWalk(const MobilitySettings& settings,
                const Area& area,
                double height_m,
                std::int64_t first_stream,
                std::int64_t hotspot_stream);

  private:
    struct Trip {
        ns3::Vector from;
        ns3::Vector to;
        double speed_mps;
        double pause_s;  ///< at its end

        double WalkS() const { return ns3::CalculateDistance(from, to) / speed_mps; }
    };

    Leg FirstLeg() const override;
    Leg NextLeg(const ns3::Vector& at, const ns3::Vector& velocity) const override;
    std::int64_t DoAssignStreams(std::int64_t first_stream) override;

    ns3::Vector DrawWaypoint() const;
    Trip DrawTrip(const ns3::Vector& from) const;
    /// Walk the trip, and pause after that.
    Leg Walk(const Trip& trip) const;

    MobilitySettings m_settings;
    std::vector<ns3::Vector> m_hotspots;
    ns3::Ptr<ns3::UniformRandomVariable> m_first;
    ns3::Ptr<ns3::UniformRandomVariable> m_uniform;
    ns3::Ptr<ns3::NormalRandomVariable> m_normal;
    mutable double m_pause_s = 0;  ///< to be made at the end of this leg, 0: none
};

}  // namespace physical

#endif
