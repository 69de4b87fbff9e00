// SPDX-License-Identifier: GPL-2.0-only
#include "association-controller.h"

#include "ns3/simulator.h"

#include <cmath>
#include <utility>

namespace physical {

using ns3::LteEnbRrc;
using ns3::LteUeRrc;
using ns3::Simulator;
using ns3::UeManager;

namespace {

/// How long a command waits for an RRC that is busy with anything but a handover of ours.
constexpr double PATIENCE_S = 0.2;

double NowS() {
    return Simulator::Now().GetSeconds();
}

ns3::Time TimeToNextSubframe() {
    constexpr std::int64_t SUBFRAME_NS = 1'000'000;
    return ns3::NanoSeconds(SUBFRAME_NS - Simulator::Now().GetNanoSeconds() % SUBFRAME_NS);
}

}  // namespace

const std::vector<std::string> HANDOVER_REASONS{"none",
                                                "not_connected",
                                                "user_busy",
                                                "unknown_to_base_station",
                                                "base_station_busy",
                                                "rejected",
                                                "no_preamble",
                                                "random_access",
                                                "leaving_timeout",
                                                "joining_timeout",
                                                "radio_link_failure",
                                                "connection_lost",
                                                "absent"};

AssociationController::AssociationController(const LteNetwork& network, Ended ended)
    : m_network(network), m_ended(std::move(ended)), m_users(network.Ue().size()) {
    for (const BaseStation& bs : network.Bs()) {
        WatchBaseStation(bs.device->GetRrc());
    }
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        WatchUser(ue);
    }
}

void AssociationController::WatchBaseStation(ns3::Ptr<LteEnbRrc> rrc) {
    const std::pair<const char*, HandoverReason> failures[] = {
        {"HandoverFailureNoPreamble", HandoverReason::NO_PREAMBLE},
        {"HandoverFailureMaxRach", HandoverReason::RANDOM_ACCESS},
        {"HandoverFailureLeaving", HandoverReason::LEAVING_TIMEOUT},
        {"HandoverFailureJoining", HandoverReason::JOINING_TIMEOUT},
    };
    for (const auto& [source, reason] : failures) {
        rrc->TraceConnectWithoutContext(
            source,
            RrcCallback([this, reason = reason](std::uint64_t imsi, std::uint16_t, std::uint16_t) {
                FailIfPending(m_network.UeOfImsi(imsi), reason);
            }));
    }
    rrc->TraceConnectWithoutContext(
        "HandoverEndOk", RrcCallback([this](std::uint64_t imsi, std::uint16_t, std::uint16_t) {
            const std::uint32_t ue = m_network.UeOfImsi(imsi);
            if (m_users[ue].current.state == HandoverState::PENDING) {
                End(ue, HandoverState::DONE, HandoverReason::NONE);
            }
        }));
    // A target cell that has no place left says so over X2; ns-3 has no trace source for that.
    using StateCallback = ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t,
                                        UeManager::State, UeManager::State>;
    rrc->TraceConnectWithoutContext(
        "NewUeContext",
        ns3::Callback<void, std::uint16_t, std::uint16_t>(
            [this, rrc = ns3::PeekPointer(rrc)](std::uint16_t, std::uint16_t rnti) {
                rrc->GetUeManager(rnti)->TraceConnectWithoutContext(
                    "StateTransition",
                    StateCallback([this](std::uint64_t imsi, std::uint16_t, std::uint16_t,
                                         UeManager::State before, UeManager::State after) {
                        if (before == UeManager::HANDOVER_PREPARATION &&
                            after == UeManager::CONNECTED_NORMALLY) {
                            FailIfPending(m_network.UeOfImsi(imsi), HandoverReason::REJECTED);
                        }
                    }));
            }));
}

void AssociationController::WatchUser(std::uint32_t ue) {
    m_network.Ue()[ue].Rrc()->TraceConnectWithoutContext(
        "HandoverStart",
        ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t, std::uint16_t>(
            [this, ue](std::uint64_t, std::uint16_t, std::uint16_t, std::uint16_t) {
                m_users[ue].current.started_s = NowS();
            }));
}

void AssociationController::Command(std::uint32_t ue, int bs) {
    User& user = m_users[ue];
    if (user.waiting && user.waiting->to_bs == bs) {
        return;
    }
    if (user.waiting) {
        EndWaiting(ue, HandoverState::SUPERSEDED, HandoverReason::NONE);
    }
    const bool pending = user.current.state == HandoverState::PENDING;
    const int destination = pending ? user.current.to_bs : m_network.ServingBs(ue);
    if (bs == destination) {
        return;
    }
    user.waiting = {.state = HandoverState::WAITING,
                    .from_bs = m_network.ServingBs(ue),
                    .to_bs = bs,
                    .commanded_s = NowS()};
    if (!pending) {
        Try(ue);
    }
}

void AssociationController::EndWaiting(std::uint32_t ue,
                                       HandoverState state,
                                       HandoverReason reason) {
    m_users[ue].next_try.Cancel();
    HandoverCommand command = *std::exchange(m_users[ue].waiting, std::nullopt);
    command.state = state;
    command.reason = static_cast<int>(reason);
    command.ended_s = NowS();
    m_ended(ue, command);
}

void AssociationController::RefuseAbsent(std::uint32_t ue, int bs) {
    m_ended(ue, {.state = HandoverState::REFUSED,
                 .to_bs = bs,
                 .commanded_s = NowS(),
                 .ended_s = NowS(),
                 .reason = static_cast<int>(HandoverReason::ABSENT)});
}

void AssociationController::OnLeft(std::uint32_t ue) {
    if (m_users[ue].waiting) {
        EndWaiting(ue, HandoverState::REFUSED, HandoverReason::ABSENT);
    }
}

const HandoverCommand& AssociationController::Last(std::uint32_t ue) const {
    return m_users[ue].waiting ? *m_users[ue].waiting : m_users[ue].current;
}

void AssociationController::OnLost(std::uint32_t ue, LossReason reason) {
    switch (reason) {
        case LossReason::HANDOVER_FAILURE:
            FailIfPending(ue, HandoverReason::RANDOM_ACCESS);
            break;
        case LossReason::RADIO_LINK_FAILURE:
            FailIfPending(ue, HandoverReason::RADIO_LINK_FAILURE);
            break;
        default:
            FailIfPending(ue, HandoverReason::CONNECTION_LOST);
    }
}

void AssociationController::OnArrived(std::uint32_t ue) {
    User& user = m_users[ue];
    if (user.homeless) {
        HandoverCommand failed = *std::exchange(user.homeless, std::nullopt);
        failed.interruption_s = NowS() - failed.started_s;
        user.last_interruption_s = failed.interruption_s;
        m_ended(ue, failed);
    } else if (user.current.state == HandoverState::PENDING) {
        user.current.interruption_s = NowS() - user.current.started_s;
    }
}

void AssociationController::ScheduleTry(std::uint32_t ue) {
    m_users[ue].next_try = Simulator::Schedule(TimeToNextSubframe(), [this, ue] { Try(ue); });
}

void AssociationController::Try(std::uint32_t ue) {
    User& user = m_users[ue];
    const HandoverReason obstacle = FindObstacle(ue);
    const bool passing =
        obstacle != HandoverReason::NONE && obstacle != HandoverReason::NOT_CONNECTED;
    if (passing &&
        NowS() < std::fmax(user.waiting->commanded_s, user.current.ended_s) + PATIENCE_S) {
        ScheduleTry(ue);
        return;
    }
    user.current = *std::exchange(user.waiting, std::nullopt);
    user.current.from_bs = m_network.ServingBs(ue);
    if (obstacle != HandoverReason::NONE) {
        End(ue, HandoverState::REFUSED, obstacle);
        return;
    }
    user.current.state = HandoverState::PENDING;
    const auto source = static_cast<std::size_t>(user.current.from_bs);
    const auto target = static_cast<std::size_t>(user.current.to_bs);
    m_network.Bs()[source].device->GetRrc()->SendHandoverRequest(
        m_network.Ue()[ue].Rrc()->GetRnti(), m_network.CellOfBs(target));
}

HandoverReason AssociationController::FindObstacle(std::uint32_t ue) const {
    const auto rrc = m_network.Ue()[ue].Rrc();
    const int source = m_network.ServingBs(ue);
    if (source < 0) {
        return HandoverReason::NOT_CONNECTED;
    }
    if (rrc->GetState() != LteUeRrc::CONNECTED_NORMALLY) {
        return HandoverReason::USER_BUSY;
    }
    const auto source_bs = static_cast<std::size_t>(source);
    if (!m_network.BsKnows(source_bs, ue)) {
        return HandoverReason::UNKNOWN_TO_BASE_STATION;
    }
    const auto context = m_network.Bs()[source_bs].device->GetRrc()->GetUeManager(rrc->GetRnti());
    if (context->GetState() != UeManager::CONNECTED_NORMALLY) {
        return HandoverReason::BASE_STATION_BUSY;
    }
    return HandoverReason::NONE;
}

void AssociationController::FailIfPending(std::uint32_t ue, HandoverReason reason) {
    if (m_users[ue].current.state == HandoverState::PENDING) {
        End(ue, HandoverState::FAILED, reason);
    }
}

void AssociationController::End(std::uint32_t ue, HandoverState state, HandoverReason reason) {
    User& user = m_users[ue];
    user.current.state = state;
    user.current.reason = static_cast<int>(reason);
    user.current.ended_s = NowS();
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

void AssociationController::Finish() {
    for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
        User& user = m_users[ue];
        if (user.homeless) {
            m_ended(ue, *user.homeless);
        }
        if (user.current.state == HandoverState::PENDING) {
            m_ended(ue, user.current);
        }
        if (user.waiting) {
            m_ended(ue, *user.waiting);
        }
    }
}

}  // namespace physical
