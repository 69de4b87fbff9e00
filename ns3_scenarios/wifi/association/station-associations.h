// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_STATION_ASSOCIATIONS_H
#define PHYSICAL_STATION_ASSOCIATIONS_H

#include "association-commands.h"
#include "association/roaming.h"
#include "observation/connection-fields.h"
#include "outage.h"
#include "wifi-network.h"

#include <functional>
#include <string>
#include <vector>

namespace physical {

/// Why a command was refused or has failed.
enum class RoamingReason { NONE, NOT_ASSOCIATED, NOT_HEARD, NO_ANSWER, ABSENT };
/// Their names, in that order.
extern const std::vector<std::string> ROAMING_REASONS;

/// Why a station lost its access point.
enum class StationLoss { NONE, BEACONS_MISSED, NOT_ANSWERED, NOT_KNOWN };
/// What a user of Wi-Fi calls the states of its connection and the reasons of its loss.
extern const ConnectionTerms WIFI_CONNECTION_TERMS;

/// Who is associated with whom: commands of the agent, losses, and what stations do by themselves.
class StationAssociations : public AssociationCommands {
  public:
    struct Listener {
        Ended ended;
        /// The station leaves its access point, or has lost it.
        std::function<void(std::uint32_t ue)> left;
        /// The station has lost its access point, not by a command that goes as it shall.
        std::function<void(std::uint32_t ue)> lost;
        /// The station has an access point again, or another one.
        std::function<void(std::uint32_t ue)> arrived;
        /// The station is back after an outage.
        std::function<void(std::uint32_t ue, const Outage& outage)> outage_ended;
    };

    /// @param attach_span_s in which stations associate for the first time, one after another
    StationAssociations(const WifiNetwork& network, double attach_span_s, Listener listener);

    int ServingBs(std::uint32_t ue) const override { return m_roaming.ServingBs(ue); }
    /// Also while none does; -1: none yet.
    int LastServingBs(std::uint32_t ue) const { return m_users[ue].last_serving_bs; }
    /// Index into the states of WIFI_CONNECTION_TERMS.
    int State(std::uint32_t ue) const { return static_cast<int>(m_roaming.StateOf(ue)); }
    /// How often the station has lost its access point.
    int Losses(std::uint32_t ue) const { return m_users[ue].losses; }
    /// How often an access point has accepted the station.
    int Joins(std::uint32_t ue) const { return m_users[ue].joins; }
    /// When one did last.
    ns3::Time Joined(std::uint32_t ue) const { return m_users[ue].joined; }
    /// The outage under way, if it is open.
    const Outage& CurrentOutage(std::uint32_t ue) const { return m_users[ue].outage; }

    /// The user has come or is away from now on. It stays associated in silence, what it loses then
    /// is not counted, and it comes back to the strongest access point.
    void SetPresent(std::uint32_t ue, bool present);
    bool IsPresent(std::uint32_t ue) const { return m_users[ue].present; }

  private:
    struct User {
        int last_serving_bs = -1;
        int losses = 0;
        int joins = 0;
        ns3::Time joined;
        bool present = true;
        Outage outage;
    };

    Obstacle FindObstacle(std::uint32_t ue, int to_bs) const override;
    void Start(std::uint32_t ue, const HandoverCommand& command) override;
    ns3::Time UntilNextTry() const override { return ns3::MilliSeconds(1); }

    void OnJoined(std::uint32_t ue);
    void OnLost(std::uint32_t ue, StationLoss reason);

    const WifiNetwork& m_network;
    Listener m_listener;
    std::vector<User> m_users;
    Roaming m_roaming;
};

}  // namespace physical

#endif
