// SPDX-License-Identifier: GPL-2.0-only
#include "association-controller.h"

#include "ns3/callback.h"
#include "ns3/epc-ue-nas.h"
#include "ns3/simulator.h"

#include <stdexcept>

namespace twin {

using ns3::LteEnbRrc;
using ns3::LteUeRrc;
using ns3::Simulator;

namespace {

/// Arguments of most RRC trace sources: IMSI, cell and RNTI in an order that varies.
using RrcCallback = ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t>;

/// Until the last nanosecond of the present subframe, when every transmission in it has ended.
ns3::Time TimeToSubframeEnd() {
    constexpr std::int64_t SUBFRAME_NS = 1'000'000;
    const std::int64_t elapsed_ns = Simulator::Now().GetNanoSeconds() % SUBFRAME_NS;
    return ns3::NanoSeconds(SUBFRAME_NS - 1 - elapsed_ns);
}

}  // namespace

AssociationController::AssociationController(LteNetwork& network,
                                             Ended ended,
                                             LinkRestored link_restored)
    : m_network(network),
      m_ended(std::move(ended)),
      m_link_restored(std::move(link_restored)),
      m_commands(network.Ue().size()),
      m_last_serving_bs(network.Ue().size(), -1) {
    for (const BaseStation& bs : network.Bs()) {
        WatchBaseStation(bs.device->GetRrc());
    }
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        WatchUser(ue);
    }
}

void AssociationController::WatchBaseStation(ns3::Ptr<LteEnbRrc> rrc) {
    // With real RRC messages a user may miss that its cell has given it up. It would go on to send
    // its sounding signal in a place that soon belongs to another user, on which ns-3 aborts; a
    // real one would notice radio link failure. So it is told.
    rrc->TraceConnectWithoutContext(
        "NotifyConnectionRelease",
        RrcCallback([this](std::uint64_t, std::uint16_t cell, std::uint16_t rnti) {
            // Neither sending nor receiving: ns-3 cannot reset a PHY in the middle of a subframe.
            // In two steps, so that the ends of transmissions at that same instant come first.
            Simulator::Schedule(TimeToSubframeEnd() * 0.99, [this, cell, rnti] {
                Simulator::Schedule(TimeToSubframeEnd(),
                                    [this, cell, rnti] { ReleaseIfForgotten(cell, rnti); });
            });
        }));
    const std::pair<const char*, const char*> failures[] = {
        {"HandoverFailureNoPreamble", "no_preamble"},
        {"HandoverFailureMaxRach", "random_access"},
        {"HandoverFailureLeaving", "leaving_timeout"},
        {"HandoverFailureJoining", "joining_timeout"},
    };
    for (const auto& [source, reason] : failures) {
        rrc->TraceConnectWithoutContext(
            source, RrcCallback([this, reason = std::string(reason)](std::uint64_t imsi,
                                                                     std::uint16_t, std::uint16_t) {
                FailIfPending(UeOfImsi(imsi), reason);
            }));
    }
}

void AssociationController::ReleaseIfForgotten(std::uint16_t cell, std::uint16_t rnti) {
    for (std::uint32_t ue = 0; ue < m_network.Ue().size(); ++ue) {
        const UserEquipment& user = m_network.Ue()[ue];
        const auto state = user.Rrc()->GetState();
        const bool believes_connected =
            state == LteUeRrc::CONNECTED_NORMALLY || state == LteUeRrc::CONNECTED_HANDOVER;
        if (believes_connected && user.Rrc()->GetCellId() == cell &&
            user.Rrc()->GetRnti() == rnti) {
            FailIfPending(ue, "connection_lost");
            user.device->GetNas()->GetAsSapUser()->NotifyConnectionReleased();
        }
    }
}

void AssociationController::WatchUser(std::uint32_t ue) {
    const auto rrc = m_network.Ue()[ue].Rrc();
    rrc->TraceConnectWithoutContext(
        "HandoverStart",
        ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t, std::uint16_t>(
            [this, ue](std::uint64_t, std::uint16_t, std::uint16_t, std::uint16_t) {
                m_commands[ue].started_s = Simulator::Now().GetSeconds();
            }));
    rrc->TraceConnectWithoutContext(
        "HandoverEndOk", RrcCallback([this, ue](std::uint64_t, std::uint16_t cell, std::uint16_t) {
            if (m_commands[ue].state == HandoverState::PENDING) {
                End(ue, HandoverState::DONE, "");
            }
            Restored(ue, cell);
        }));
    rrc->TraceConnectWithoutContext(
        "HandoverEndError", RrcCallback([this, ue](std::uint64_t, std::uint16_t, std::uint16_t) {
            FailIfPending(ue, "random_access");
        }));
    rrc->TraceConnectWithoutContext(
        "RadioLinkFailure", RrcCallback([this, ue](std::uint64_t, std::uint16_t, std::uint16_t) {
            FailIfPending(ue, "radio_link_failure");
        }));
    rrc->TraceConnectWithoutContext(
        "ConnectionEstablished",
        RrcCallback([this, ue](std::uint64_t, std::uint16_t cell, std::uint16_t) {
            FailIfPending(ue, "connection_lost");
            Restored(ue, cell);
        }));
}

void AssociationController::Command(std::uint32_t ue, int bs) {
    const int source = m_network.ServingBs(ue);
    if (source == bs) {
        return;
    }
    if (m_commands[ue].state == HandoverState::PENDING) {
        return;  // the RRC is still busy with the last command; the agent sees PENDING
    }
    HandoverCommand& command = m_commands[ue];
    command = {.state = HandoverState::PENDING,
               .from_bs = source,
               .to_bs = bs,
               .commanded_s = Simulator::Now().GetSeconds()};
    if (const std::string obstacle = FindObstacle(ue, source); !obstacle.empty()) {
        End(ue, HandoverState::REFUSED, obstacle);
        return;
    }
    const auto rrc = m_network.Ue()[ue].Rrc();
    m_network.Bs()[static_cast<std::size_t>(source)].device->GetRrc()->SendHandoverRequest(
        rrc->GetRnti(), m_network.CellOfBs(static_cast<std::size_t>(bs)));
}

std::string AssociationController::FindObstacle(std::uint32_t ue, int source) const {
    const UserEquipment& user = m_network.Ue()[ue];
    if (source < 0) {
        return "not_connected";
    }
    if (user.Rrc()->GetState() != LteUeRrc::CONNECTED_NORMALLY) {
        return "user_busy";
    }
    const auto source_bs = static_cast<std::size_t>(source);
    if (!m_network.BsKnows(source_bs, ue)) {
        return "unknown_to_base_station";
    }
    const auto source_rrc = m_network.Bs()[source_bs].device->GetRrc();
    if (source_rrc->GetUeManager(user.Rrc()->GetRnti())->GetState() !=
        ns3::UeManager::CONNECTED_NORMALLY) {
        return "base_station_busy";
    }
    return "";
}

void AssociationController::Restored(std::uint32_t ue, std::uint16_t cell) {
    m_last_serving_bs[ue] = m_network.BsOfCell(cell);
    m_link_restored(ue);
}

void AssociationController::FailIfPending(std::uint32_t ue, const std::string& reason) {
    if (m_commands[ue].state == HandoverState::PENDING) {
        End(ue, HandoverState::FAILED, reason);
    }
}

void AssociationController::End(std::uint32_t ue, HandoverState state, const std::string& reason) {
    HandoverCommand& command = m_commands[ue];
    command.state = state;
    command.reason = reason;
    command.ended_s = Simulator::Now().GetSeconds();
    m_ended(ue, command);
}

std::uint32_t AssociationController::UeOfImsi(std::uint64_t imsi) const {
    for (std::uint32_t ue = 0; ue < m_network.Ue().size(); ++ue) {
        if (m_network.Ue()[ue].device->GetImsi() == imsi) {
            return ue;
        }
    }
    throw std::logic_error("no user has IMSI " + std::to_string(imsi));
}

}  // namespace twin
