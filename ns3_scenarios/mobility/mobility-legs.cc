// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-legs.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace physical {

namespace {

struct Mirrored {
    double position;
    double sign;  ///< -1: the movement goes the other way
};

/// Where a straight line ends up between two mirrors.
Mirrored Mirror(double position, double low, double high) {
    const double width = high - low;
    double along = std::fmod(position - low, 2 * width);
    if (along < 0) {
        along += 2 * width;
    }
    const bool back = along > width;
    return {std::clamp(low + (back ? 2 * width - along : along), low, high), back ? -1.0 : 1.0};
}

}  // namespace

ns3::TypeId LegMobilityModel::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::LegMobilityModel").SetParent<ns3::MobilityModel>();
    return tid;
}

LegMobilityModel::LegMobilityModel(const Area& area, double height_m)
    : m_area(area), m_height_m(height_m) {}

ns3::Vector LegMobilityModel::DoGetPosition() const {
    return PositionAfter(Advance());
}

ns3::Vector LegMobilityModel::DoGetVelocity() const {
    return VelocityAfter(Advance());
}

void LegMobilityModel::DoSetPosition(const ns3::Vector&) {
    throw std::logic_error("this user moves by itself: its position cannot be set");
}

double LegMobilityModel::Advance() const {
    if (!m_started) {
        m_started = true;
        m_leg = FirstLeg();
    }
    double time_s = (ns3::Simulator::Now() - m_start).GetSeconds();
    while (time_s >= m_leg.duration_s) {
        const double duration_s = m_leg.duration_s;
        m_leg = NextLeg(PositionAfter(duration_s), VelocityAfter(duration_s));
        m_start += ns3::Seconds(duration_s);
        time_s = (ns3::Simulator::Now() - m_start).GetSeconds();
    }
    return time_s;
}

ns3::Vector LegMobilityModel::PositionAfter(double time_s) const {
    return {
        Mirror(m_leg.from.x + m_leg.velocity.x * time_s, m_area.min_x_m, m_area.max_x_m).position,
        Mirror(m_leg.from.y + m_leg.velocity.y * time_s, m_area.min_y_m, m_area.max_y_m).position,
        m_height_m};
}

ns3::Vector LegMobilityModel::VelocityAfter(double time_s) const {
    return {
        m_leg.velocity.x *
            Mirror(m_leg.from.x + m_leg.velocity.x * time_s, m_area.min_x_m, m_area.max_x_m).sign,
        m_leg.velocity.y *
            Mirror(m_leg.from.y + m_leg.velocity.y * time_s, m_area.min_y_m, m_area.max_y_m).sign,
        0};
}

}  // namespace physical
