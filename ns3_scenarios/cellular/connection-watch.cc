// SPDX-License-Identifier: GPL-2.0-only
#include "connection-watch.h"

#include "ns3/epc-ue-nas.h"
#include "ns3/simulator.h"

#include <utility>

namespace physical {

using ns3::LteUeRrc;
using ns3::Simulator;

namespace {

/// Until the last nanosecond of the present subframe, when every transmission in it has ended.
ns3::Time TimeToSubframeEnd() {
    constexpr std::int64_t SUBFRAME_NS = 1'000'000;
    const std::int64_t elapsed_ns = Simulator::Now().GetNanoSeconds() % SUBFRAME_NS;
    return ns3::NanoSeconds(SUBFRAME_NS - 1 - elapsed_ns);
}

/// Neither sending nor receiving: ns-3 cannot reset a PHY in the middle of a subframe. In two
/// steps, so that the ends of transmissions at that same instant come first.
template <class Call>
void ScheduleBetweenSubframes(Call call) {
    const ns3::Time end = TimeToSubframeEnd();
    Simulator::Schedule((end.IsZero() ? ns3::MilliSeconds(1) : end) * 0.99,
                        [call] { Simulator::Schedule(TimeToSubframeEnd(), call); });
}

}  // namespace

const ConnectionTerms LTE_CONNECTION_TERMS{
    .states = {"searching", "connecting", "connected", "handover"},
    .states_help =
        "the user's RRC (TS 36.331): looking for a cell, in random access to one,"
        " connected, between two",
    .loss_reasons = {"none", "radio_link_failure", "handover_failure", "released", "context_lost"},
    .loss_reasons_help =
        "radio_link_failure: out of sync for T310 (TS 36.331, 5.3.11); handover_failure: no"
        " random access to the target; released: by the cell that it was to leave;"
        " context_lost: the cell had given it up unheard"};

ConnectionWatch::ConnectionWatch(const LteNetwork& network, bool can_release, Listener listener)
    : m_network(network),
      m_can_release(can_release),
      m_listener(std::move(listener)),
      m_users(network.Ue().size()) {
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        WatchUser(ue);
    }
    for (const BaseStation& bs : network.Bs()) {
        WatchReleases(bs.device->GetRrc());
    }
}

int ConnectionWatch::State(std::uint32_t ue) const {
    switch (m_network.Ue()[ue].Rrc()->GetState()) {
        case LteUeRrc::IDLE_WAIT_SIB2:
        case LteUeRrc::IDLE_RANDOM_ACCESS:
        case LteUeRrc::IDLE_CONNECTING:
            return 1;
        case LteUeRrc::CONNECTED_NORMALLY:
            return 2;
        case LteUeRrc::CONNECTED_HANDOVER:
            return 3;
        default:
            return 0;
    }
}

void ConnectionWatch::WatchUser(std::uint32_t ue) {
    const auto rrc = m_network.Ue()[ue].Rrc();
    rrc->TraceConnectWithoutContext(
        "RadioLinkFailure", RrcCallback([this, ue](std::uint64_t, std::uint16_t, std::uint16_t) {
            m_users[ue].cause = LossReason::RADIO_LINK_FAILURE;
        }));
    rrc->TraceConnectWithoutContext(
        "HandoverEndError", RrcCallback([this, ue](std::uint64_t, std::uint16_t, std::uint16_t) {
            m_users[ue].cause = LossReason::HANDOVER_FAILURE;
        }));
    rrc->TraceConnectWithoutContext(
        "StateTransition",
        ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t, LteUeRrc::State,
                      LteUeRrc::State>([this, ue](std::uint64_t, std::uint16_t, std::uint16_t,
                                                  LteUeRrc::State, LteUeRrc::State state) {
            if (state == LteUeRrc::IDLE_START && m_users[ue].connected) {
                Lose(ue);
            }
        }));
    for (const char* source : {"ConnectionEstablished", "HandoverEndOk"}) {
        rrc->TraceConnectWithoutContext(
            source, RrcCallback([this, ue](std::uint64_t, std::uint16_t cell, std::uint16_t) {
                Arrive(ue, cell);
            }));
    }
}

void ConnectionWatch::WatchReleases(ns3::Ptr<ns3::LteEnbRrc> rrc) {
    rrc->TraceConnectWithoutContext(
        "NotifyConnectionRelease",
        RrcCallback([this](std::uint64_t, std::uint16_t cell, std::uint16_t rnti) {
            ScheduleBetweenSubframes([this, cell, rnti] { ReleaseIfForgotten(cell, rnti); });
        }));
}

void ConnectionWatch::ReleaseIfForgotten(std::uint16_t cell, std::uint16_t rnti) {
    for (std::uint32_t ue = 0; ue < m_network.Ue().size(); ++ue) {
        const UserEquipment& user = m_network.Ue()[ue];
        const auto state = user.Rrc()->GetState();
        const bool believes_connected =
            state == LteUeRrc::CONNECTED_NORMALLY || state == LteUeRrc::CONNECTED_HANDOVER;
        if (believes_connected && user.Rrc()->GetCellId() == cell &&
            user.Rrc()->GetRnti() == rnti) {
            m_users[ue].cause = LossReason::CONTEXT_LOST;
            user.device->GetNas()->GetAsSapUser()->NotifyConnectionReleased();
        }
    }
}

void ConnectionWatch::SetPresent(std::uint32_t ue, bool present) {
    m_users[ue].present = present;
    const int serving_bs = m_network.ServingBs(ue);
    const bool elsewhere =
        serving_bs >= 0 && m_network.StrongestBs(ue) != static_cast<std::size_t>(serving_bs);
    const bool waits =
        std::exchange(m_users[ue].shall_release, m_can_release && (!present || elsewhere));
    if (m_users[ue].shall_release && !waits) {
        ScheduleBetweenSubframes([this, ue] { TryRelease(ue); });
    }
}

void ConnectionWatch::TryRelease(std::uint32_t ue) {
    const UserEquipment& user = m_network.Ue()[ue];
    if (!m_users[ue].shall_release || user.Rrc()->GetState() < LteUeRrc::IDLE_RANDOM_ACCESS) {
        m_users[ue].shall_release = false;  // it has no cell
        return;
    }
    const int serving_bs = m_network.ServingBs(ue);
    if (serving_bs >= 0 && m_network.BsKnows(static_cast<std::size_t>(serving_bs), ue)) {
        const auto rrc = m_network.Bs()[static_cast<std::size_t>(serving_bs)].device->GetRrc();
        const std::uint16_t rnti = user.Rrc()->GetRnti();
        if (user.Rrc()->GetState() == LteUeRrc::CONNECTED_NORMALLY &&
            rrc->GetUeManager(rnti)->GetState() == ns3::UeManager::CONNECTED_NORMALLY) {
            m_users[ue].shall_release = false;
            m_users[ue].given_up = true;
            user.device->GetNas()->GetAsSapUser()->NotifyConnectionReleased();
            rrc->GetLteEnbRrcSapProvider()->RecvIdealUeContextRemoveRequest(rnti);
            return;
        }
    }
    if (m_users[ue].present) {
        m_users[ue].shall_release = false;  // it is back, and the agent has commanded it meanwhile
        return;
    }
    ScheduleBetweenSubframes([this, ue] { TryRelease(ue); });
}

void ConnectionWatch::Lose(std::uint32_t ue) {
    User& user = m_users[ue];
    // Without another cause the cell has told it to go: a handover has failed in the target cell.
    const LossReason cause = std::exchange(user.cause, LossReason::NONE);
    const LossReason reason = cause == LossReason::NONE ? LossReason::RELEASED : cause;
    user.connected = false;
    if (!std::exchange(user.given_up, false) && user.present) {
        ++user.losses;
        user.outage = {.lost_s = Simulator::Now().GetSeconds(),
                       .lost_bs = user.last_serving_bs,
                       .reason = static_cast<int>(reason)};
    }
    m_listener.lost(ue, reason);
}

void ConnectionWatch::Arrive(std::uint32_t ue, std::uint16_t cell) {
    User& user = m_users[ue];
    user.cause = LossReason::NONE;
    user.connected = true;
    user.last_serving_bs = m_network.BsOfCell(cell);
    if (IsLost(ue)) {
        Outage outage = std::exchange(user.outage, {});
        outage.restored_s = Simulator::Now().GetSeconds();
        outage.restored_bs = user.last_serving_bs;
        m_listener.outage_ended(ue, outage);
    }
    m_listener.arrived(ue);
}

}  // namespace physical
