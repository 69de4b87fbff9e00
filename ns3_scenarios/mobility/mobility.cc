// SPDX-License-Identifier: GPL-2.0-only
#include "mobility.h"

#include "mobility-hotspots.h"
#include "mobility-walks.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/object-factory.h"
#include "ns3/random-variable-stream.h"
#include "ns3/steady-state-random-waypoint-mobility-model.h"

#include <algorithm>

namespace physical {

namespace {

using ns3::DoubleValue;
using ns3::Ptr;

/// Random waypoint in its stationary state (Navidi and Camp 2004).
Ptr<ns3::MobilityModel> MakeRandomWaypoint(const MobilitySettings& settings,
                                           const Area& area,
                                           double height_m,
                                           std::int64_t first_stream) {
    auto mobility = ns3::CreateObjectWithAttributes<ns3::SteadyStateRandomWaypointMobilityModel>(
        "MinSpeed", DoubleValue(settings.speed_min_mps), "MaxSpeed",
        DoubleValue(settings.speed_max_mps), "MaxPause", DoubleValue(settings.pause_max_s), "MinX",
        DoubleValue(area.min_x_m), "MaxX", DoubleValue(area.max_x_m), "MinY",
        DoubleValue(area.min_y_m), "MaxY", DoubleValue(area.max_y_m), "Z", DoubleValue(height_m));
    mobility->AssignStreams(first_stream);
    return mobility;
}

Ptr<ns3::MobilityModel> MakeStatic(const Area& area, double height_m, std::int64_t first_stream) {
    auto uniform = ns3::CreateObject<ns3::UniformRandomVariable>();
    uniform->SetStream(first_stream);
    const double x_m = uniform->GetValue(area.min_x_m, area.max_x_m);
    const double y_m = uniform->GetValue(area.min_y_m, area.max_y_m);
    auto mobility = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
    mobility->SetPosition({x_m, y_m, height_m});
    return mobility;
}

}  // namespace

Mobility::Mobility(const MobilitySettings& settings,
                   const Area& area,
                   std::uint32_t n_ue,
                   double start_s,
                   double end_s)
    : m_settings(settings), m_area(area), m_stays(n_ue) {
    m_settings.Check(area);
    if (m_settings.model == "trace") {
        m_trace = ReadMobilityTrace(m_settings, area, n_ue, start_s, end_s);
        std::ranges::transform(m_trace, m_stays.begin(),
                               [end_s](const TracePath& path) { return StayOf(path, end_s); });
    }
}

Ptr<ns3::MobilityModel> Mobility::Make(std::uint32_t ue,
                                       double height_m,
                                       std::int64_t first_stream,
                                       std::int64_t shared_stream) const {
    if (m_settings.model == "random-walk") {
        return ns3::CreateObject<RandomWalk>(m_settings, m_area, height_m, first_stream);
    }
    if (m_settings.model == "gauss-markov") {
        return ns3::CreateObject<GaussMarkov>(m_settings, m_area, height_m, first_stream);
    }
    if (m_settings.model == "hotspots") {
        return ns3::CreateObject<HotspotWalk>(m_settings, m_area, height_m, first_stream,
                                              shared_stream);
    }
    if (m_settings.model == "static") {
        return MakeStatic(m_area, height_m, first_stream);
    }
    if (m_settings.model == "trace") {
        return MakeTraceMobility(m_trace[ue], height_m);
    }
    return MakeRandomWaypoint(m_settings, m_area, height_m, first_stream);
}

}  // namespace physical
