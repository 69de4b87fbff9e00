// SPDX-License-Identifier: GPL-2.0-only
#include "association/station-associations.h"

#include "ns3/simulator.h"

#include <utility>

namespace physical {

const std::vector<std::string> ROAMING_REASONS{"none", "not_associated", "not_heard", "no_answer",
                                               "absent"};

const ConnectionTerms WIFI_CONNECTION_TERMS{
    .states = {"off", "searching", "handover", "connected"},
    .states_help =
        "the station (IEEE 802.11-2020, 11.3): not there yet, probing all channels, in"
        " association with the access point that it is told, associated",
    .loss_reasons = {"none", "beacons_missed", "not_answered", "not_known"},
    .loss_reasons_help =
        "beacons_missed: radio.missed_beacons of them in a row; not_answered: by the access point"
        " that it was told; not_known: to the access point, which did not hear that its answer"
        " had arrived"};

StationAssociations::StationAssociations(const WifiNetwork& network,
                                         double attach_span_s,
                                         Listener listener)
    : AssociationCommands(
          network.Ue().size(), static_cast<int>(RoamingReason::ABSENT), listener.ended),
      m_network(network),
      m_listener(std::move(listener)),
      m_users(network.Ue().size()),
      m_roaming(
          network,
          {.joined = [this](std::uint32_t ue) { OnJoined(ue); },
           .left = [this](std::uint32_t ue) { m_listener.left(ue); },
           .gave_up = [this](std::uint32_t ue) { OnLost(ue, StationLoss::NOT_ANSWERED); },
           .lost =
               [this](std::uint32_t ue, bool heard_beacons) {
                   OnLost(ue, heard_beacons ? StationLoss::NOT_KNOWN : StationLoss::BEACONS_MISSED);
               }}) {
    for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
        const double start_s = attach_span_s * ue / static_cast<double>(m_users.size());
        ns3::Simulator::Schedule(ns3::Seconds(start_s),
                                 [this, ue] { m_roaming.Join(ue, m_network.StrongestBs(ue)); });
    }
}

AssociationCommands::Obstacle StationAssociations::FindObstacle(std::uint32_t ue, int to_bs) const {
    if (ServingBs(ue) < 0) {
        return {.reason = static_cast<int>(RoamingReason::NOT_ASSOCIATED)};
    }
    if (!m_network.HearEachOther(ue, static_cast<std::size_t>(to_bs))) {
        return {.reason = static_cast<int>(RoamingReason::NOT_HEARD)};
    }
    return {};
}

void StationAssociations::Start(std::uint32_t ue, const HandoverCommand& command) {
    OnStarted(ue);
    m_roaming.Join(ue, static_cast<std::size_t>(command.to_bs));
}

void StationAssociations::OnJoined(std::uint32_t ue) {
    User& user = m_users[ue];
    user.last_serving_bs = ServingBs(ue);
    ++user.joins;
    user.joined = ns3::Simulator::Now();
    if (user.outage.IsOpen()) {
        Outage outage = std::exchange(user.outage, {});
        outage.restored_s = ns3::Simulator::Now().GetSeconds();
        outage.restored_bs = user.last_serving_bs;
        m_listener.outage_ended(ue, outage);
    }
    OnArrived(ue);
    DoneIfPending(ue);
    m_listener.arrived(ue);
}

void StationAssociations::OnLost(std::uint32_t ue, StationLoss reason) {
    User& user = m_users[ue];
    FailIfPending(ue, static_cast<int>(RoamingReason::NO_ANSWER));
    if (user.last_serving_bs < 0 || user.outage.IsOpen()) {
        return;
    }
    if (user.present) {
        ++user.losses;
        user.outage = {.lost_s = ns3::Simulator::Now().GetSeconds(),
                       .lost_bs = user.last_serving_bs,
                       .reason = static_cast<int>(reason)};
    }
    m_listener.lost(ue);
}

void StationAssociations::SetPresent(std::uint32_t ue, bool present) {
    m_users[ue].present = present;
    if (!present) {
        OnLeft(ue);
        return;
    }
    const std::size_t strongest = m_network.StrongestBs(ue);
    if (ServingBs(ue) >= 0 && ServingBs(ue) != static_cast<int>(strongest)) {
        m_roaming.Join(ue, strongest);
    }
}

}  // namespace physical
