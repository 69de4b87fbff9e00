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

}  // namespace

ConnectionWatch::ConnectionWatch(const LteNetwork& network, Listener listener)
    : m_network(network), m_listener(std::move(listener)), m_users(network.Ue().size()) {
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        WatchUser(ue);
    }
    for (const BaseStation& bs : network.Bs()) {
        WatchReleases(bs.device->GetRrc());
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
            // Neither sending nor receiving: ns-3 cannot reset a PHY in the middle of a subframe.
            // In two steps, so that the ends of transmissions at that same instant come first.
            Simulator::Schedule(TimeToSubframeEnd() * 0.99, [this, cell, rnti] {
                Simulator::Schedule(TimeToSubframeEnd(),
                                    [this, cell, rnti] { ReleaseIfForgotten(cell, rnti); });
            });
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

void ConnectionWatch::Lose(std::uint32_t ue) {
    User& user = m_users[ue];
    // Without another cause the cell has told it to go: a handover has failed in the target cell.
    const LossReason cause = std::exchange(user.cause, LossReason::NONE);
    user.connected = false;
    ++user.losses;
    user.outage = {.lost_s = Simulator::Now().GetSeconds(),
                   .lost_bs = user.last_serving_bs,
                   .reason = cause == LossReason::NONE ? LossReason::RELEASED : cause};
    m_listener.lost(ue, user.outage.reason);
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
