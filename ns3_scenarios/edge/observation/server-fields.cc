// SPDX-License-Identifier: GPL-2.0-only
#include "observation/server-fields.h"

namespace physical {

ServerFields::ServerFields(Schema& schema, std::size_t n_ue, const std::vector<double>& capacity_hz)
    : m_n_ue(n_ue),
      m_tasks_computing(schema.Observation<std::int32_t>({"tasks_computing",
                                                          {Ue(n_ue), Bs(capacity_hz.size())},
                                                          "tasks",
                                                          0,
                                                          2e9,
                                                          "at each edge server"})),
      m_compute_head_cycles(schema.Observation<double>(
          {"compute_head_cycles",
           {Ue(n_ue), Bs(capacity_hz.size())},
           "cycles",
           0,
           1e18,
           "what remains of the user's task in service at each server"})),
      m_compute_backlog_cycles(
          schema.Observation<double>({"compute_backlog_cycles",
                                      {Ue(n_ue), Bs(capacity_hz.size())},
                                      "cycles",
                                      0,
                                      1e18,
                                      "what remains of all the user's tasks at each server"})),
      m_served_cycles(capacity_hz.size()) {
    schema.Observation<double>({.name = "compute_capacity_hz",
                                .shape = {Bs(capacity_hz.size())},
                                .unit = "cycles/s",
                                .low = 0,
                                .high = 1e15,
                                .help = "processor of each server",
                                .constant = capacity_hz});
    m_compute_utilisation = schema.Observation<float>({"compute_utilisation",
                                                       {Bs(capacity_hz.size())},
                                                       "1",
                                                       0,
                                                       1,
                                                       "busy part of each server, last slot"});
}

void ServerFields::Fill(const std::vector<std::unique_ptr<EdgeServer>>& servers, double slot_s) {
    for (std::size_t bs = 0; bs < servers.size(); ++bs) {
        EdgeServer& server = *servers[bs];
        server.Advance();
        for (std::size_t ue = 0; ue < m_n_ue; ++ue) {
            m_tasks_computing(ue, bs) = static_cast<std::int32_t>(server.Jobs(ue));
            m_compute_head_cycles(ue, bs) = server.HeadCycles(ue);
            m_compute_backlog_cycles(ue, bs) = server.BacklogCycles(ue);
        }
        const double slot_cycles = server.CapacityHz() * slot_s;
        m_compute_utilisation(bs) =
            static_cast<float>((server.ServedCycles() - m_served_cycles[bs]) / slot_cycles);
        m_served_cycles[bs] = server.ServedCycles();
    }
}

}  // namespace physical
