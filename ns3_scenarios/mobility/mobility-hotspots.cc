// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-hotspots.h"

#include <cmath>
#include <utility>

namespace physical {

HotspotWalk::HotspotWalk(const MobilitySettings& settings,
                         const Area& area,
                         double height_m,
                         std::int64_t first_stream,
                         std::int64_t hotspot_stream)
    : LegMobilityModel(area, height_m),
      m_settings(settings),
      m_first(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_uniform(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_normal(ns3::CreateObject<ns3::NormalRandomVariable>()) {
    AssignStreams(first_stream);
    auto places = ns3::CreateObject<ns3::UniformRandomVariable>();
    places->SetStream(hotspot_stream);
    for (std::uint32_t i = 0; i < settings.hotspots; ++i) {
        const double x_m = places->GetValue(area.min_x_m, area.max_x_m);
        const double y_m = places->GetValue(area.min_y_m, area.max_y_m);
        m_hotspots.emplace_back(x_m, y_m, height_m);
    }
}

std::int64_t HotspotWalk::DoAssignStreams(std::int64_t first_stream) {
    m_first->SetStream(first_stream);
    m_uniform->SetStream(first_stream + 1);
    m_normal->SetStream(first_stream + 2);
    return 3;
}

ns3::Vector HotspotWalk::DrawWaypoint() const {
    const auto last = static_cast<std::uint32_t>(m_hotspots.size() - 1);
    const ns3::Vector& place = m_hotspots[m_uniform->GetInteger(0, last)];
    ns3::Vector waypoint;
    do {
        const double x_m = place.x + m_settings.hotspot_radius_m * m_normal->GetValue(0, 1);
        const double y_m = place.y + m_settings.hotspot_radius_m * m_normal->GetValue(0, 1);
        waypoint = {x_m, y_m, HeightM()};
    } while (!UserArea().Contains(waypoint.x, waypoint.y));
    return waypoint;
}

HotspotWalk::Trip HotspotWalk::DrawTrip(const ns3::Vector& from) const {
    const ns3::Vector to = DrawWaypoint();
    const double speed_mps =
        m_uniform->GetValue(m_settings.speed_min_mps, m_settings.speed_max_mps);
    return {from, to, speed_mps, m_uniform->GetValue(0, m_settings.hotspot_pause_max_s)};
}

LegMobilityModel::Leg HotspotWalk::FirstLeg() const {
    const double longest_s =
        std::hypot(UserArea().WidthM(), UserArea().DepthM()) / m_settings.speed_min_mps +
        m_settings.hotspot_pause_max_s;
    Trip trip = DrawTrip(DrawWaypoint());
    while (trip.WalkS() + trip.pause_s < longest_s * m_first->GetValue(0, 1)) {
        trip = DrawTrip(DrawWaypoint());
    }
    const double walk_s = trip.WalkS();
    const double gone_s = (walk_s + trip.pause_s) * m_first->GetValue(0, 1);
    if (gone_s >= walk_s) {
        return {trip.to, {}, walk_s + trip.pause_s - gone_s};
    }
    const double part = gone_s / walk_s;
    trip.from.x += (trip.to.x - trip.from.x) * part;
    trip.from.y += (trip.to.y - trip.from.y) * part;
    return Walk(trip);
}

LegMobilityModel::Leg HotspotWalk::NextLeg(const ns3::Vector& at, const ns3::Vector&) const {
    if (m_pause_s > 0) {
        return {at, {}, std::exchange(m_pause_s, 0)};
    }
    return Walk(DrawTrip(at));
}

LegMobilityModel::Leg HotspotWalk::Walk(const Trip& trip) const {
    m_pause_s = trip.pause_s;
    const double walk_s = trip.WalkS();
    return {trip.from,
            {(trip.to.x - trip.from.x) / walk_s, (trip.to.y - trip.from.y) / walk_s, 0},
            walk_s};
}

}  // namespace physical
