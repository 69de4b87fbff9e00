// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PRESENCE_FIELDS_H
#define PHYSICAL_PRESENCE_FIELDS_H

#include "presence.h"
#include "schema.h"

#include <cstdint>
#include <vector>

namespace physical {

/// Who is there, what went with those who left, and the table of all stays. Declared where users
/// come and go.
class PresenceFields {
  public:
    PresenceFields(Schema& schema, std::size_t n_ue);

    void Fill(const Presence& presence) const;

    void Come(std::uint32_t ue, double time_s) { m_users[ue].came_s = time_s; }
    /// @param tasks that were dropped
    void Leave(std::uint32_t ue, double time_s, std::int64_t tasks);
    /// The run ends: append the stays under way.
    void RecordOpen(const Presence& presence) const;

  private:
    struct User {
        double came_s = 0;
        std::int64_t tasks_left = 0;
    };

    Field<std::int32_t> m_present;
    Field<std::int64_t> m_tasks_left;
    Table& m_stays;
    std::vector<User> m_users;
};

}  // namespace physical

#endif
