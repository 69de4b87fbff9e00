// SPDX-License-Identifier: GPL-2.0-only
#include "observation/presence-fields.h"

#include <cmath>
#include <string>

namespace physical {

PresenceFields::PresenceFields(Schema& schema, std::size_t n_ue)
    : m_present(schema.Observation<std::int32_t>(
          {"present",
           {Ue(n_ue)},
           "1",
           0,
           1,
           "whether the user is there; an absent one sends nothing and no cell serves it",
           {"absent", "present"},
           true})),
      m_tasks_left(schema.Observation<std::int64_t>(
          {"tasks_left",
           {Ue(n_ue)},
           "tasks",
           0,
           2e9,
           "dropped since the start because their user left; it is tasks_created less those that"
           " are completed or under way"})),
      m_stays(schema.AddTable(
          "stay",
          "one row per stay of a user, when it leaves or the run ends",
          {{"ue", true, "1", "user"},
           {"came_s", false, "s", "ns-3 time from which it was there; 0: from before the run"},
           {"left_s", false, "s", "ns-3 time from which it was away; not known: the run ended"},
           {"tasks_left", true, "tasks", "tasks under way, which were dropped"}})),
      m_users(n_ue) {}

void PresenceFields::Fill(const Presence& presence) const {
    for (std::size_t ue = 0; ue < m_users.size(); ++ue) {
        m_present(ue) = presence.IsPresent(ue) ? 1 : 0;
        m_tasks_left(ue) = m_users[ue].tasks_left;
    }
}

void PresenceFields::Leave(std::uint32_t ue, double time_s, std::int64_t tasks) {
    m_users[ue].tasks_left += tasks;
    m_stays.Append(ue, m_users[ue].came_s, time_s, tasks);
}

void PresenceFields::RecordOpen(const Presence& presence) const {
    for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
        if (presence.IsPresent(ue)) {
            m_stays.Append(ue, m_users[ue].came_s, NAN, 0);
        }
    }
}

}  // namespace physical
