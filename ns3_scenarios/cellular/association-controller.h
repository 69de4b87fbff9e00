// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ASSOCIATION_CONTROLLER_H
#define PHYSICAL_ASSOCIATION_CONTROLLER_H

#include "association.h"
#include "connection-watch.h"
#include "lte-network.h"

#include "ns3/event-id.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace physical {

/// Why a command was refused or has failed.
enum class HandoverReason {
    NONE,
    NOT_CONNECTED,
    USER_BUSY,
    UNKNOWN_TO_BASE_STATION,
    BASE_STATION_BUSY,
    REJECTED,
    NO_PREAMBLE,
    RANDOM_ACCESS,
    LEAVING_TIMEOUT,
    JOINING_TIMEOUT,
    RADIO_LINK_FAILURE,
    CONNECTION_LOST,
    ABSENT,
};

/// Their names, in that order.
extern const std::vector<std::string> HANDOVER_REASONS;

/**
 * Turns association commands into X2 handovers and follows each to its outcome.
 *
 * ns-3 aborts on a handover request in the wrong state, so every command is checked first. One that
 * comes while the user is being handed over waits until that has ended; one that is replaced before
 * it could start is superseded. Outcomes come from the trace sources of the base stations' RRC: a
 * handover is done when the network has switched the path, not when the user believes so.
 */
class AssociationController {
  public:
    using Ended = std::function<void(std::uint32_t ue, const HandoverCommand& command)>;

    /// @param ended called once per command: at its outcome, or, if the command has cost the user
    /// its connection, when the user is back and the interruption known
    AssociationController(const LteNetwork& network, Ended ended);

    /// Ask for @p ue to be served by base station @p bs. Where it is or goes already: no command.
    void Command(std::uint32_t ue, int bs);

    /// The last command of the user that was not superseded.
    const HandoverCommand& Last(std::uint32_t ue) const;
    /// Interruption by the last handover that has ended; 0: none has.
    double LastInterruptionS(std::uint32_t ue) const { return m_users[ue].last_interruption_s; }

    /// A command for a user that is away: it is refused.
    void RefuseAbsent(std::uint32_t ue, int bs);

    /// The user is away from now on.
    void OnLeft(std::uint32_t ue);
    /// The user has lost its connection.
    void OnLost(std::uint32_t ue, LossReason reason);
    /// The user has a connection again, or has arrived in another cell.
    void OnArrived(std::uint32_t ue);

    /// The run ends: report what is still open.
    void Finish();

  private:
    struct User {
        HandoverCommand current;  ///< the last one that was not superseded, started or refused
        std::optional<HandoverCommand> waiting;   ///< behind current
        std::optional<HandoverCommand> homeless;  ///< failed, and its user is not back yet
        double last_interruption_s = 0;
        ns3::EventId next_try;
    };

    void WatchBaseStation(ns3::Ptr<ns3::LteEnbRrc> rrc);
    void WatchUser(std::uint32_t ue);
    /// Try to start the waiting command at the next subframe.
    void ScheduleTry(std::uint32_t ue);
    void Try(std::uint32_t ue);
    /// Take the waiting command away and tell how it ended.
    void EndWaiting(std::uint32_t ue, HandoverState state, HandoverReason reason);
    /// @return why a handover cannot start now, or NONE
    HandoverReason FindObstacle(std::uint32_t ue) const;
    void FailIfPending(std::uint32_t ue, HandoverReason reason);
    void End(std::uint32_t ue, HandoverState state, HandoverReason reason);

    const LteNetwork& m_network;
    Ended m_ended;
    std::vector<User> m_users;
};

}  // namespace physical

#endif
