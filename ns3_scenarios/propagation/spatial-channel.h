// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SPATIAL_CHANNEL_H
#define PHYSICAL_SPATIAL_CHANNEL_H

#include "city-blocks.h"
#include "propagation-environment.h"
#include "spatial-field.h"

#include "ns3/channel-condition-model.h"
#include "ns3/mobility-model.h"
#include "ns3/propagation-loss-model.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace physical {

/**
 * Line of sight and shadowing as maps over the plane, one of each per site.
 *
 * ns-3's own models draw them per link and in the order of events: then uplink and downlink differ,
 * and so do two policies under one seed. Here both follow from the user's place alone. Line of
 * sight is where a Gaussian field falls below the quantile of its probability (TR 38.901, 7.6.3.3);
 * the shadowing of two sites has the correlation `site_correlation` (TR 36.814, A.2.1.1.1: 0.5).
 */
class SpatialChannel : public ns3::Object {
  public:
    static ns3::TypeId GetTypeId();

    SpatialChannel(const PropagationEnvironment& environment,
                   bool shadowing,
                   double site_correlation,
                   std::int64_t stream);

    /// Let these buildings decide on line of sight instead of the maps.
    void SetBuildings(ns3::Ptr<CityBlocks> city) { m_city = city; }

    /// Announce a base station; those at one place share their maps.
    void AddBaseStation(ns3::Ptr<const ns3::MobilityModel> mobility);

    /// Let there be links between two users, too, after all base stations: what each of them meets
    /// is the mean of two fields at its place and at the other's.
    void AddUserMaps();

    /// State of the link between two ends, whichever comes first: a base station and a user, two
    /// base stations, or two users.
    struct Link {
        bool line_of_sight;
        double shadowing_db;
    };
    Link Between(const ns3::MobilityModel& a, const ns3::MobilityModel& b);

  private:
    struct Site {
        ns3::Vector position;
        SpatialField line_of_sight;
        SpatialField shadowing_los;
        SpatialField shadowing_nlos;
    };
    /// The link as it was where the user was; good until the user has moved MAP_RESOLUTION_M.
    struct CachedLink {
        std::int64_t cell_x;
        std::int64_t cell_y;
        Link link;
    };
    using LinkKey = std::pair<std::size_t, const ns3::MobilityModel*>;  // site, user
    /// Of links between two users.
    struct UserMaps {
        SpatialField line_of_sight;
        SpatialField shadowing_los;
        SpatialField shadowing_nlos;
    };
    /// The fields of UserMaps where the user was; good until it has moved MAP_RESOLUTION_M.
    struct UserPlace {
        std::int64_t cell_x;
        std::int64_t cell_y;
        double line_of_sight;
        double shadowing_los;
        double shadowing_nlos;
    };

    Link BetweenUsers(const ns3::MobilityModel& a, const ns3::MobilityModel& b);
    const UserPlace& PlaceOf(const ns3::MobilityModel& user);
    Link Compute(const Site& site, const ns3::Vector& user) const;
    bool HasLineOfSight(const Site& site, const ns3::Vector& user) const;

    const PropagationEnvironment& m_environment;
    bool m_shadowing;
    double m_site_correlation;
    ns3::Ptr<ns3::UniformRandomVariable> m_random;
    ns3::Ptr<CityBlocks> m_city;  ///< null: maps
    SpatialField m_common_los;    ///< what the shadowing of all sites has in common
    SpatialField m_common_nlos;
    std::vector<Site> m_sites;
    std::map<const ns3::MobilityModel*, std::size_t> m_site_of;
    std::map<LinkKey, CachedLink> m_links;
    std::optional<UserMaps> m_user_maps;  ///< only if two users can have a link
    std::map<const ns3::MobilityModel*, UserPlace> m_user_places;
};

/// Hands the line of sight to ns-3's path loss.
class SpatialConditionModel : public ns3::ChannelConditionModel {
  public:
    static ns3::TypeId GetTypeId();
    explicit SpatialConditionModel(ns3::Ptr<SpatialChannel> channel);

    ns3::Ptr<ns3::ChannelCondition> GetChannelCondition(
        ns3::Ptr<const ns3::MobilityModel> a, ns3::Ptr<const ns3::MobilityModel> b) const override;
    std::int64_t AssignStreams(std::int64_t stream) override;

  private:
    ns3::Ptr<SpatialChannel> m_channel;
    ns3::Ptr<ns3::ChannelCondition> m_line_of_sight;
    ns3::Ptr<ns3::ChannelCondition> m_no_line_of_sight;
};

/// Adds the shadowing to the path loss before it.
class SpatialShadowingLossModel : public ns3::PropagationLossModel {
  public:
    static ns3::TypeId GetTypeId();
    explicit SpatialShadowingLossModel(ns3::Ptr<SpatialChannel> channel);

  private:
    double DoCalcRxPower(double tx_power_dbm,
                         ns3::Ptr<ns3::MobilityModel> a,
                         ns3::Ptr<ns3::MobilityModel> b) const override;
    std::int64_t DoAssignStreams(std::int64_t stream) override;

    ns3::Ptr<SpatialChannel> m_channel;
};

}  // namespace physical

#endif
