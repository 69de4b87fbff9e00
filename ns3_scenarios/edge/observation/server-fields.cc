// SPDX-License-Identifier: GPL-2.0-only
#include "observation/server-fields.h"

namespace physical {

ServerFields::ServerFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_n_ue(n_ue),
      m_tasks_computing(schema.Observation<std::int32_t>(
          {"tasks_computing", {n_ue, n_bs}, "tasks", 0, 2e9, "at each edge server"})),
      m_compute_head_cycles(schema.Observation<double>(
          {"compute_head_cycles",
           {n_ue, n_bs},
           "cycles",
           0,
           1e18,
           "what remains of the user's task in service at each server"})),
      m_compute_backlog_cycles(
          schema.Observation<double>({"compute_backlog_cycles",
                                      {n_ue, n_bs},
                                      "cycles",
                                      0,
                                      1e18,
                                      "what remains of all the user's tasks at each server"})),
      m_compute_capacity_hz(schema.Observation<double>(
          {"compute_capacity_hz", {n_bs}, "cycles/s", 0, 1e15, "processor of each server"})),
      m_compute_utilisation(schema.Observation<float>(
          {"compute_utilisation", {n_bs}, "1", 0, 1, "busy part of each server, last slot"})),
      m_served_cycles(n_bs) {}

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
        m_compute_capacity_hz(bs) = server.CapacityHz();
    }
}

}  // namespace physical
