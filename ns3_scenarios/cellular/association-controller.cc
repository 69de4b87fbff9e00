// SPDX-License-Identifier: GPL-2.0-only
#include "association-controller.h"

#include "ns3/simulator.h"

#include <utility>

namespace physical {

using ns3::LteEnbRrc;
using ns3::LteUeRrc;
using ns3::Simulator;
using ns3::UeManager;

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
    : AssociationCommands(
          network.Ue().size(), static_cast<int>(HandoverReason::ABSENT), std::move(ended)),
      m_network(network) {
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
                Fail(m_network.UeOfImsi(imsi), reason);
            }));
    }
    rrc->TraceConnectWithoutContext(
        "HandoverEndOk", RrcCallback([this](std::uint64_t imsi, std::uint16_t, std::uint16_t) {
            DoneIfPending(m_network.UeOfImsi(imsi));
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
                            Fail(m_network.UeOfImsi(imsi), HandoverReason::REJECTED);
                        }
                    }));
            }));
}

void AssociationController::WatchUser(std::uint32_t ue) {
    m_network.Ue()[ue].Rrc()->TraceConnectWithoutContext(
        "HandoverStart",
        ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t, std::uint16_t>(
            [this, ue](std::uint64_t, std::uint16_t, std::uint16_t, std::uint16_t) {
                OnStarted(ue);
            }));
}

void AssociationController::OnLost(std::uint32_t ue, LossReason reason) {
    switch (reason) {
        case LossReason::HANDOVER_FAILURE:
            Fail(ue, HandoverReason::RANDOM_ACCESS);
            break;
        case LossReason::RADIO_LINK_FAILURE:
            Fail(ue, HandoverReason::RADIO_LINK_FAILURE);
            break;
        default:
            Fail(ue, HandoverReason::CONNECTION_LOST);
    }
}

ns3::Time AssociationController::UntilNextTry() const {
    constexpr std::int64_t SUBFRAME_NS = 1'000'000;
    return ns3::NanoSeconds(SUBFRAME_NS - Simulator::Now().GetNanoSeconds() % SUBFRAME_NS);
}

void AssociationController::Start(std::uint32_t ue, const HandoverCommand& command) {
    const auto source = static_cast<std::size_t>(command.from_bs);
    const auto target = static_cast<std::size_t>(command.to_bs);
    m_network.Bs()[source].device->GetRrc()->SendHandoverRequest(
        m_network.Ue()[ue].Rrc()->GetRnti(), m_network.CellOfBs(target));
}

/// Whatever the RRCs are busy with passes.
AssociationCommands::Obstacle AssociationController::FindObstacle(std::uint32_t ue,
                                                                  int /*to_bs*/) const {
    const HandoverReason reason = WhyNotNow(ue);
    return {.reason = static_cast<int>(reason),
            .passing = reason != HandoverReason::NONE && reason != HandoverReason::NOT_CONNECTED};
}

HandoverReason AssociationController::WhyNotNow(std::uint32_t ue) const {
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

}  // namespace physical
