// SPDX-License-Identifier: GPL-2.0-only
#include "association-commands.h"

#include "ns3/simulator.h"

#include <cmath>
#include <utility>

namespace physical {

using ns3::Simulator;

namespace {

/// How long a command waits for an obstacle to pass.
constexpr double PATIENCE_S = 0.2;

}  // namespace

AssociationCommands::AssociationCommands(std::size_t n_ue, int absent, Ended ended)
    : m_absent(absent), m_ended(std::move(ended)), m_users(n_ue) {}

void AssociationCommands::Command(std::uint32_t ue, int bs) {
    User& user = m_users[ue];
    if (user.waiting && user.waiting->to_bs == bs) {
        return;
    }
    if (user.waiting) {
        EndWaiting(ue, HandoverState::SUPERSEDED, 0);
    }
    const bool pending = IsPending(ue);
    const int destination = pending ? user.current.to_bs : ServingBs(ue);
    if (bs == destination) {
        return;
    }
    user.waiting = {.state = HandoverState::WAITING,
                    .from_bs = ServingBs(ue),
                    .to_bs = bs,
                    .commanded_s = Simulator::Now().GetSeconds()};
    if (!pending) {
        Try(ue);
    }
}

void AssociationCommands::EndWaiting(std::uint32_t ue, HandoverState state, int reason) {
    m_users[ue].next_try.Cancel();
    HandoverCommand command = *std::exchange(m_users[ue].waiting, std::nullopt);
    command.state = state;
    command.reason = reason;
    command.ended_s = Simulator::Now().GetSeconds();
    m_ended(ue, command);
}

void AssociationCommands::RefuseAbsent(std::uint32_t ue, int bs) {
    m_ended(ue, {.state = HandoverState::REFUSED,
                 .to_bs = bs,
                 .commanded_s = Simulator::Now().GetSeconds(),
                 .ended_s = Simulator::Now().GetSeconds(),
                 .reason = m_absent});
}

void AssociationCommands::OnLeft(std::uint32_t ue) {
    if (m_users[ue].waiting) {
        EndWaiting(ue, HandoverState::REFUSED, m_absent);
    }
}

const HandoverCommand& AssociationCommands::Last(std::uint32_t ue) const {
    return m_users[ue].waiting ? *m_users[ue].waiting : m_users[ue].current;
}

void AssociationCommands::OnArrived(std::uint32_t ue) {
    User& user = m_users[ue];
    if (user.homeless) {
        HandoverCommand failed = *std::exchange(user.homeless, std::nullopt);
        failed.interruption_s = Simulator::Now().GetSeconds() - failed.started_s;
        user.last_interruption_s = failed.interruption_s;
        m_ended(ue, failed);
    } else if (IsPending(ue)) {
        user.current.interruption_s = Simulator::Now().GetSeconds() - user.current.started_s;
    }
}

void AssociationCommands::ScheduleTry(std::uint32_t ue) {
    m_users[ue].next_try = Simulator::Schedule(UntilNextTry(), [this, ue] { Try(ue); });
}

void AssociationCommands::Try(std::uint32_t ue) {
    User& user = m_users[ue];
    const Obstacle obstacle = FindObstacle(ue, user.waiting->to_bs);
    if (obstacle.passing &&
        Simulator::Now().GetSeconds() <
            std::fmax(user.waiting->commanded_s, user.current.ended_s) + PATIENCE_S) {
        ScheduleTry(ue);
        return;
    }
    user.current = *std::exchange(user.waiting, std::nullopt);
    user.current.from_bs = ServingBs(ue);
    if (obstacle.reason != 0) {
        End(ue, HandoverState::REFUSED, obstacle.reason);
        return;
    }
    user.current.state = HandoverState::PENDING;
    Start(ue, user.current);
}

void AssociationCommands::OnStarted(std::uint32_t ue) {
    m_users[ue].current.started_s = Simulator::Now().GetSeconds();
}

void AssociationCommands::DoneIfPending(std::uint32_t ue) {
    if (IsPending(ue)) {
        End(ue, HandoverState::DONE, 0);
    }
}

void AssociationCommands::FailIfPending(std::uint32_t ue, int reason) {
    if (IsPending(ue)) {
        End(ue, HandoverState::FAILED, reason);
    }
}

void AssociationCommands::End(std::uint32_t ue, HandoverState state, int reason) {
    User& user = m_users[ue];
    user.current.state = state;
    user.current.reason = reason;
    user.current.ended_s = Simulator::Now().GetSeconds();
    if (state == HandoverState::DONE) {
        user.last_interruption_s = user.current.interruption_s;
    }
    if (state == HandoverState::FAILED && std::isfinite(user.current.started_s)) {
        user.homeless = user.current;
    } else {
        m_ended(ue, user.current);
    }
    if (user.waiting) {
        ScheduleTry(ue);
    }
}

void AssociationCommands::Finish() {
    for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
        User& user = m_users[ue];
        if (user.homeless) {
            m_ended(ue, *user.homeless);
        }
        if (IsPending(ue)) {
            m_ended(ue, user.current);
        }
        if (user.waiting) {
            m_ended(ue, *user.waiting);
        }
    }
}

}  // namespace physical
