// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ASSOCIATION_COMMANDS_H
#define PHYSICAL_ASSOCIATION_COMMANDS_H

#include "association.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace physical {

/**
 * The agent's association commands, each followed from its arrival to its outcome, over any radio.
 *
 * A command that comes while the user is being handed over waits until that has ended; one that is
 * replaced before it could start is superseded. What a handover is, and when it has ended, says the
 * radio: derive from this. Reasons are indices into the radio's list; 0: none.
 */
class AssociationCommands {
  public:
    using Ended = std::function<void(std::uint32_t ue, const HandoverCommand& command)>;

    /// @param absent reason to refuse a command for a user that is away
    /// @param ended called once per command: at its outcome, or, if the command has cost the user
    /// its connection, when the user is back and the interruption known
    AssociationCommands(std::size_t n_ue, int absent, Ended ended);
    virtual ~AssociationCommands() = default;

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
    /// The user has a connection again, or has arrived in another cell.
    void OnArrived(std::uint32_t ue);

    /// The run ends: report what is still open.
    void Finish();

  protected:
    struct Obstacle {
        int reason = 0;        ///< why a handover cannot start now; 0: it can
        bool passing = false;  ///< worth waiting for
    };

    /// @return index of the base station that serves the user now; -1: none
    virtual int ServingBs(std::uint32_t ue) const = 0;
    virtual Obstacle FindObstacle(std::uint32_t ue, int to_bs) const = 0;
    /// Start a handover that nothing stands against; it is pending now.
    virtual void Start(std::uint32_t ue, const HandoverCommand& command) = 0;
    /// Until a waiting command is tried again.
    virtual ns3::Time UntilNextTry() const = 0;

    bool IsPending(std::uint32_t ue) const {
        return m_users[ue].current.state == HandoverState::PENDING;
    }
    /// The pending handover begins: the user leaves its cell.
    void OnStarted(std::uint32_t ue);
    void DoneIfPending(std::uint32_t ue);
    void FailIfPending(std::uint32_t ue, int reason);

  private:
    struct User {
        HandoverCommand current;  ///< the last one that was not superseded, started or refused
        std::optional<HandoverCommand> waiting;   ///< behind current
        std::optional<HandoverCommand> homeless;  ///< failed, and its user is not back yet
        double last_interruption_s = 0;
        ns3::EventId next_try;
    };

    void ScheduleTry(std::uint32_t ue);
    void Try(std::uint32_t ue);
    /// Take the waiting command away and tell how it ended.
    void EndWaiting(std::uint32_t ue, HandoverState state, int reason);
    void End(std::uint32_t ue, HandoverState state, int reason);

    int m_absent;
    Ended m_ended;
    std::vector<User> m_users;
};

}  // namespace physical

#endif
