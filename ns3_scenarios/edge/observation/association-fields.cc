// SPDX-License-Identifier: GPL-2.0-only
#include "observation/association-fields.h"

namespace physical {

namespace {

/// In the order of HandoverState.
const std::vector<std::string> HANDOVER_STATES{"none",   "pending",    "done",   "refused",
                                               "failed", "superseded", "waiting"};

}  // namespace

AssociationFields::AssociationFields(Schema& schema,
                                     std::size_t n_ue,
                                     std::size_t n_bs,
                                     const std::vector<std::string>& reasons)
    : m_serving_bs(schema.Observation<std::int32_t>({.name = "serving_bs",
                                                     .shape = {Ue(n_ue)},
                                                     .unit = "1",
                                                     .low = -1,
                                                     .high = static_cast<double>(n_bs) - 1,
                                                     .help = "-1: not connected",
                                                     .categorical = true,
                                                     .missing = -1})),
      m_handover_state(schema.Observation<std::int32_t>({"handover_state",
                                                         {Ue(n_ue)},
                                                         "1",
                                                         0,
                                                         HANDOVER_STATES.size() - 1.0,
                                                         "how the last association command stands",
                                                         HANDOVER_STATES,
                                                         true})),
      m_handover_interruption_s(schema.Observation<float>(
          {.name = "handover_interruption_s",
           .shape = {Ue(n_ue)},
           .unit = "s",
           .low = 0,
           .high = 1e9,
           .help =
               "time without a cell in the last handover that has ended (TS 36.133, 5.1.2.1.2); a"
               " failed one counts until the user is connected again; 0: none yet",
           .missing = 0})),
      m_handovers(schema.AddTable(
          "handover",
          "one row per association command, at its outcome; if it has cost the user its"
          " connection, when the user is back; what is still open, at the end of the run",
          {{"ue", true, "1", "user"},
           {"from_bs", true, "1", "serving base station; -1: not connected"},
           {"to_bs", true, "1", "commanded base station"},
           {"commanded_s", false, "s", "ns-3 time of the command"},
           {"started_s", false, "s", "ns-3 time at which the user left its cell"},
           {"ended_s", false, "s",
            "ns-3 time of the outcome; done: the network has switched the path"},
           {"interruption_s", false, "s", "time from started_s until the user had a cell again"},
           {"outcome", true, "1", "how it ended; pending and waiting: open at the end of the run",
            HANDOVER_STATES},
           {"reason", true, "1", "why it was refused or failed", reasons}})) {}

void AssociationFields::Fill(std::uint32_t ue,
                             int serving_bs,
                             HandoverState state,
                             double interruption_s) const {
    m_serving_bs(ue) = serving_bs;
    m_handover_state(ue) = static_cast<std::int32_t>(state);
    m_handover_interruption_s(ue) = static_cast<float>(interruption_s);
}

void AssociationFields::Record(std::uint32_t ue, const HandoverCommand& command) const {
    m_handovers.Append(ue, command.from_bs, command.to_bs, command.commanded_s, command.started_s,
                       command.ended_s, command.interruption_s, static_cast<int>(command.state),
                       command.reason);
}

}  // namespace physical
