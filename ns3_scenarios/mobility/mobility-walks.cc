// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-walks.h"

#include <cmath>
#include <numbers>

namespace physical {

namespace {

constexpr double STEP_S = 1;  // of Gauss-Markov

ns3::Vector AnywhereIn(const Area& area, double height_m, ns3::UniformRandomVariable& uniform) {
    const double x_m = uniform.GetValue(area.min_x_m, area.max_x_m);
    const double y_m = uniform.GetValue(area.min_y_m, area.max_y_m);
    return {x_m, y_m, height_m};
}

}  // namespace

RandomWalk::RandomWalk(const MobilitySettings& settings,
                       const Area& area,
                       double height_m,
                       std::int64_t first_stream)
    : LegMobilityModel(area, height_m),
      m_settings(settings),
      m_first(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_uniform(ns3::CreateObject<ns3::UniformRandomVariable>()) {
    AssignStreams(first_stream);
}

std::int64_t RandomWalk::DoAssignStreams(std::int64_t first_stream) {
    m_first->SetStream(first_stream);
    m_uniform->SetStream(first_stream + 1);
    return 2;
}

LegMobilityModel::Leg RandomWalk::FirstLeg() const {
    Leg leg = NextLeg(AnywhereIn(UserArea(), HeightM(), *m_first), {});
    leg.duration_s *= m_first->GetValue(0, 1);  // else all users turn at the same moment
    return leg;
}

LegMobilityModel::Leg RandomWalk::NextLeg(const ns3::Vector& at, const ns3::Vector&) const {
    const double direction = m_uniform->GetValue(0, 2 * std::numbers::pi);
    const double speed_mps =
        m_uniform->GetValue(m_settings.speed_min_mps, m_settings.speed_max_mps);
    return {at,
            {speed_mps * std::cos(direction), speed_mps * std::sin(direction), 0},
            m_settings.turn_s};
}

GaussMarkov::GaussMarkov(const MobilitySettings& settings,
                         const Area& area,
                         double height_m,
                         std::int64_t first_stream)
    : LegMobilityModel(area, height_m),
      m_memory(settings.memory),
      m_sigma_mps((settings.speed_min_mps + settings.speed_max_mps) / 2 *
                  std::sqrt(2 / std::numbers::pi)),
      m_first(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_normal(ns3::CreateObject<ns3::NormalRandomVariable>()) {
    AssignStreams(first_stream);
}

std::int64_t GaussMarkov::DoAssignStreams(std::int64_t first_stream) {
    m_first->SetStream(first_stream);
    m_normal->SetStream(first_stream + 1);
    return 2;
}

LegMobilityModel::Leg GaussMarkov::FirstLeg() const {
    const double x_mps = m_sigma_mps * m_normal->GetValue(0, 1);
    const double y_mps = m_sigma_mps * m_normal->GetValue(0, 1);
    return {AnywhereIn(UserArea(), HeightM(), *m_first), {x_mps, y_mps, 0}, STEP_S};
}

LegMobilityModel::Leg GaussMarkov::NextLeg(const ns3::Vector& at,
                                           const ns3::Vector& velocity) const {
    const double fresh_mps = m_sigma_mps * std::sqrt(1 - m_memory * m_memory);
    const double x_mps = m_memory * velocity.x + fresh_mps * m_normal->GetValue(0, 1);
    const double y_mps = m_memory * velocity.y + fresh_mps * m_normal->GetValue(0, 1);
    return {at, {x_mps, y_mps, 0}, STEP_S};
}

}  // namespace physical
