// SPDX-License-Identifier: GPL-2.0-only
#include "spatial-channel.h"

#include "normal-cdf.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace physical {

namespace {

/// Maps are looked up on a grid this fine: far below every correlation distance, and a user who
/// walks is not asked anew every millisecond.
constexpr double MAP_RESOLUTION_M = 0.1;

}  // namespace

ns3::TypeId SpatialChannel::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::SpatialChannel").SetParent<ns3::Object>();
    return tid;
}

SpatialChannel::SpatialChannel(const PropagationEnvironment& environment,
                               bool shadowing,
                               double site_correlation,
                               std::int64_t stream)
    : m_environment(environment),
      m_shadowing(shadowing),
      m_site_correlation(site_correlation),
      m_random([stream] {
          auto random = ns3::CreateObject<ns3::UniformRandomVariable>();
          random->SetStream(stream);
          return random;
      }()),
      m_common_los(environment.shadowing_los_correlation_m, m_random),
      m_common_nlos(environment.shadowing_nlos_correlation_m, m_random) {}

void SpatialChannel::AddBaseStation(ns3::Ptr<const ns3::MobilityModel> mobility) {
    const ns3::Vector position = mobility->GetPosition();
    for (std::size_t site = 0; site < m_sites.size(); ++site) {
        if (ns3::CalculateDistance(m_sites[site].position, position) < MAP_RESOLUTION_M) {
            m_site_of[ns3::PeekPointer(mobility)] = site;
            return;
        }
    }
    m_site_of[ns3::PeekPointer(mobility)] = m_sites.size();
    m_sites.push_back({position, SpatialField(m_environment.los_correlation_m, m_random),
                       SpatialField(m_environment.shadowing_los_correlation_m, m_random),
                       SpatialField(m_environment.shadowing_nlos_correlation_m, m_random)});
}

void SpatialChannel::AddUserMaps() {
    m_user_maps.emplace(
        UserMaps{SpatialField(m_environment.los_correlation_m, m_random),
                 SpatialField(m_environment.shadowing_los_correlation_m, m_random),
                 SpatialField(m_environment.shadowing_nlos_correlation_m, m_random)});
}

SpatialChannel::Link SpatialChannel::Between(const ns3::MobilityModel& a,
                                             const ns3::MobilityModel& b) {
    const auto at_a = m_site_of.find(&a);
    const auto at_b = m_site_of.find(&b);
    if (at_a == m_site_of.end() && at_b == m_site_of.end()) {
        return BetweenUsers(a, b);
    }
    // Of two base stations the later one is taken for the user, in either order.
    const bool a_is_user =
        at_a == m_site_of.end() || (at_b != m_site_of.end() && at_b->second < at_a->second);
    const auto site = a_is_user ? at_b : at_a;
    const ns3::MobilityModel& user = a_is_user ? a : b;
    const ns3::Vector position = user.GetPosition();
    const std::int64_t cell_x = std::llround(position.x / MAP_RESOLUTION_M);
    const std::int64_t cell_y = std::llround(position.y / MAP_RESOLUTION_M);
    const auto [it, fresh] = m_links.try_emplace({site->second, &user});
    CachedLink& cached = it->second;
    if (fresh || cached.cell_x != cell_x || cached.cell_y != cell_y) {
        cached = {cell_x, cell_y,
                  Compute(m_sites[site->second],
                          {static_cast<double>(cell_x) * MAP_RESOLUTION_M,
                           static_cast<double>(cell_y) * MAP_RESOLUTION_M, position.z})};
    }
    return cached.link;
}

SpatialChannel::Link SpatialChannel::BetweenUsers(const ns3::MobilityModel& a,
                                                  const ns3::MobilityModel& b) {
    if (!m_user_maps) {
        throw std::logic_error("no base station at either end of a link");
    }
    const UserPlace& here = PlaceOf(a);
    const UserPlace& there = PlaceOf(b);
    // Sums of two independent standard normal fields, so √½ brings them back to that.
    const double line_of_sight =
        std::numbers::sqrt2 / 2 * (here.line_of_sight + there.line_of_sight);
    const ns3::Vector from = a.GetPosition();
    const ns3::Vector to = b.GetPosition();
    const bool in_sight = NormalCdf(line_of_sight) <
                          m_environment.los_probability(std::hypot(from.x - to.x, from.y - to.y),
                                                        std::max(from.z, to.z));
    if (!m_shadowing) {
        return {in_sight, 0};
    }
    const double sum = in_sight ? here.shadowing_los + there.shadowing_los
                                : here.shadowing_nlos + there.shadowing_nlos;
    return {in_sight,
            (in_sight ? m_environment.shadowing_los_db : m_environment.shadowing_nlos_db) *
                std::numbers::sqrt2 / 2 * sum};
}

const SpatialChannel::UserPlace& SpatialChannel::PlaceOf(const ns3::MobilityModel& user) {
    const ns3::Vector position = user.GetPosition();
    const std::int64_t cell_x = std::llround(position.x / MAP_RESOLUTION_M);
    const std::int64_t cell_y = std::llround(position.y / MAP_RESOLUTION_M);
    const auto [it, fresh] = m_user_places.try_emplace(&user);
    UserPlace& place = it->second;
    if (fresh || place.cell_x != cell_x || place.cell_y != cell_y) {
        const double x_m = static_cast<double>(cell_x) * MAP_RESOLUTION_M;
        const double y_m = static_cast<double>(cell_y) * MAP_RESOLUTION_M;
        place = {cell_x, cell_y, m_user_maps->line_of_sight.At(x_m, y_m),
                 m_user_maps->shadowing_los.At(x_m, y_m), m_user_maps->shadowing_nlos.At(x_m, y_m)};
    }
    return place;
}

bool SpatialChannel::HasLineOfSight(const Site& site, const ns3::Vector& user) const {
    if (m_city) {
        return !m_city->Blocks(site.position, user);
    }
    const double distance_m = std::hypot(user.x - site.position.x, user.y - site.position.y);
    return NormalCdf(site.line_of_sight.At(user.x, user.y)) <
           m_environment.los_probability(distance_m, user.z);
}

SpatialChannel::Link SpatialChannel::Compute(const Site& site, const ns3::Vector& user) const {
    const bool line_of_sight = HasLineOfSight(site, user);
    if (!m_shadowing) {
        return {line_of_sight, 0};
    }
    const double common = (line_of_sight ? m_common_los : m_common_nlos).At(user.x, user.y);
    const double own =
        (line_of_sight ? site.shadowing_los : site.shadowing_nlos).At(user.x, user.y);
    const bool indoors = m_city && m_city->At(user);
    const double deviation_db = indoors         ? m_environment.shadowing_indoor_db
                                : line_of_sight ? m_environment.shadowing_los_db
                                                : m_environment.shadowing_nlos_db;
    return {line_of_sight, deviation_db * (std::sqrt(m_site_correlation) * common +
                                           std::sqrt(1 - m_site_correlation) * own)};
}

ns3::TypeId SpatialConditionModel::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::SpatialConditionModel").SetParent<ns3::ChannelConditionModel>();
    return tid;
}

SpatialConditionModel::SpatialConditionModel(ns3::Ptr<SpatialChannel> channel)
    : m_channel(channel),
      m_line_of_sight(ns3::CreateObject<ns3::ChannelCondition>(ns3::ChannelCondition::LOS)),
      m_no_line_of_sight(ns3::CreateObject<ns3::ChannelCondition>(ns3::ChannelCondition::NLOS)) {}

ns3::Ptr<ns3::ChannelCondition> SpatialConditionModel::GetChannelCondition(
    ns3::Ptr<const ns3::MobilityModel> a, ns3::Ptr<const ns3::MobilityModel> b) const {
    return m_channel->Between(*a, *b).line_of_sight ? m_line_of_sight : m_no_line_of_sight;
}

std::int64_t SpatialConditionModel::AssignStreams(std::int64_t /*stream*/) {
    return 0;  // the channel's maps are drawn when they are made
}

ns3::TypeId SpatialShadowingLossModel::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::SpatialShadowingLossModel").SetParent<ns3::PropagationLossModel>();
    return tid;
}

SpatialShadowingLossModel::SpatialShadowingLossModel(ns3::Ptr<SpatialChannel> channel)
    : m_channel(channel) {}

double SpatialShadowingLossModel::DoCalcRxPower(double tx_power_dbm,
                                                ns3::Ptr<ns3::MobilityModel> a,
                                                ns3::Ptr<ns3::MobilityModel> b) const {
    return tx_power_dbm - m_channel->Between(*a, *b).shadowing_db;
}

std::int64_t SpatialShadowingLossModel::DoAssignStreams(std::int64_t /*stream*/) {
    return 0;
}

}  // namespace physical
