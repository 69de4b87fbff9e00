// SPDX-License-Identifier: GPL-2.0-only
#include "observation/connection-fields.h"

namespace physical {

ConnectionFields::ConnectionFields(Schema& schema, std::size_t n_ue, const ConnectionTerms& terms)
    : m_connection_state(
          schema.Observation<std::int32_t>({"connection_state",
                                            {Ue(n_ue)},
                                            "1",
                                            0,
                                            static_cast<double>(terms.states.size()) - 1,
                                            terms.states_help,
                                            terms.states,
                                            true})),
      m_connection_losses(schema.Observation<std::int32_t>(
          {"connection_losses", {Ue(n_ue)}, "1", 0, 2e9, "connections lost since the start"})),
      m_radio_links(schema.AddTable(
          "radio_link",
          "one row per lost connection, when the user is back or the run ends",
          {{"ue", true, "1", "user"},
           {"lost_bs", true, "1", "base station that served the user last"},
           {"lost_s", false, "s", "ns-3 time of the loss"},
           {"reason", true, "1", terms.loss_reasons_help, terms.loss_reasons},
           {"restored_s", false, "s", "ns-3 time at which the user was connected again"},
           {"restored_bs", true, "1", "base station that it found; -1: none yet"}})) {}

void ConnectionFields::Fill(std::uint32_t ue, int state, int losses) const {
    m_connection_state(ue) = state;
    m_connection_losses(ue) = losses;
}

void ConnectionFields::Record(std::uint32_t ue, const Outage& outage) const {
    m_radio_links.Append(ue, outage.lost_bs, outage.lost_s, outage.reason, outage.restored_s,
                         outage.restored_bs);
}

}  // namespace physical
