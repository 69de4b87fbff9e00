// SPDX-License-Identifier: GPL-2.0-only
#include "connection-fields.h"

#include <string>
#include <vector>

namespace physical {

using ns3::LteUeRrc;

namespace {

const std::vector<std::string> CONNECTION_STATES{"searching", "connecting", "connected",
                                                 "handover"};
/// In the order of LossReason.
const std::vector<std::string> LOSS_REASONS{"none", "radio_link_failure", "handover_failure",
                                            "released", "context_lost"};

/// @return index into CONNECTION_STATES
std::int32_t ConnectionState(LteUeRrc::State state) {
    switch (state) {
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

}  // namespace

ConnectionFields::ConnectionFields(Schema& schema, std::size_t n_ue)
    : m_connection_state(
          schema.Observation<std::int32_t>({"connection_state",
                                            {Ue(n_ue)},
                                            "1",
                                            0,
                                            CONNECTION_STATES.size() - 1.0,
                                            "the user's RRC (TS 36.331): looking for a cell, in"
                                            " random access to one, connected, between two",
                                            CONNECTION_STATES,
                                            true})),
      m_connection_losses(schema.Observation<std::int32_t>(
          {"connection_losses", {Ue(n_ue)}, "1", 0, 2e9, "connections lost since the start"})),
      m_radio_links(schema.AddTable(
          "radio_link",
          "one row per lost connection, when the user is back or the run ends",
          {{"ue", true, "1", "user"},
           {"lost_bs", true, "1", "base station that served the user last"},
           {"lost_s", false, "s", "ns-3 time of the loss"},
           {"reason", true, "1",
            "radio_link_failure: out of sync for T310 (TS 36.331, 5.3.11); handover_failure: no"
            " random access to the target; released: by the cell that it was to leave;"
            " context_lost: the cell had given it up unheard",
            LOSS_REASONS},
           {"restored_s", false, "s", "ns-3 time at which the user was connected again"},
           {"restored_bs", true, "1", "base station that it found; -1: none yet"}})) {}

void ConnectionFields::Fill(const LteNetwork& network, const ConnectionWatch& watch) const {
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        m_connection_state(ue) = ConnectionState(network.Ue()[ue].Rrc()->GetState());
        m_connection_losses(ue) = watch.Losses(ue);
    }
}

void ConnectionFields::Record(std::uint32_t ue, const Outage& outage) const {
    m_radio_links.Append(ue, outage.lost_bs, outage.lost_s, static_cast<int>(outage.reason),
                         outage.restored_s, outage.restored_bs);
}

void ConnectionFields::RecordOpen(const LteNetwork& network, const ConnectionWatch& watch) const {
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        if (watch.IsLost(ue)) {
            Record(ue, watch.CurrentOutage(ue));
        }
    }
}

}  // namespace physical
