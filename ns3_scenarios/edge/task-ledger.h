// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TASK_LEDGER_H
#define PHYSICAL_TASK_LEDGER_H

#include "schema.h"
#include "task.h"

#include <cstdint>
#include <map>
#include <vector>

namespace physical {

/// Every task from its creation to its end: counts, ages and the `task` table.
class TaskLedger {
  public:
    /// @param users_leave whether tasks can end by that
    TaskLedger(Schema& schema, bool users_leave);

    /// Call once, before the first task.
    void SetUsers(std::size_t n_ue) { m_users.resize(n_ue); }

    const Task& Create(std::uint32_t ue, std::uint32_t size_bit, double cycles);
    /// The last byte has arrived; the task goes to the server of @p bs. @param server_hz its speed
    const Task& Uploaded(std::int64_t id, std::int32_t bs, double server_hz);
    /// The task is computed. @param result_bit on the way to the user from now on; may be 0
    const Task& Computed(std::int64_t id, std::uint32_t result_bit);
    /// The user has the result; the task's row goes to the table.
    void Done(std::int64_t id);
    /// The user leaves: its tasks under way are dropped. @return how many they were
    std::int64_t Drop(std::uint32_t ue);
    /// The number that the next task gets.
    std::int64_t NextId() const { return m_next_id; }
    /// Append the tasks that are still under way to the table.
    void AppendUnfinished();

    std::uint32_t UserOf(std::int64_t id) const { return m_open.at(id).task.ue; }
    std::uint32_t SizeBit(std::int64_t id) const { return m_open.at(id).task.size_bit; }
    std::int64_t Created(std::size_t ue) const { return m_users[ue].created; }
    std::int64_t CreatedBit(std::size_t ue) const { return m_users[ue].created_bit; }
    std::int64_t Completed(std::size_t ue) const { return m_users[ue].completed; }
    std::int32_t Uploading(std::size_t ue) const { return m_users[ue].uploading; }
    std::int32_t Computing(std::size_t ue) const { return m_users[ue].computing; }
    std::int32_t Downloading(std::size_t ue) const { return m_users[ue].downloading; }
    std::int64_t ResultBit(std::size_t ue) const { return m_users[ue].result_bit; }
    /// Age of the user's oldest task under way, 0 if there is none.
    double OldestAgeS(std::size_t ue) const;

    /// Time that tasks have spent in the system since the last call, summed over tasks. Over a run
    /// it adds up to the sum of all delays, unfinished tasks counting with their age (Little's
    /// law).
    double TakeTaskSeconds();

  private:
    struct User {
        std::int64_t created = 0;
        std::int64_t created_bit = 0;
        std::int64_t completed = 0;
        std::int32_t uploading = 0;
        std::int32_t computing = 0;
        std::int32_t downloading = 0;
        std::int64_t result_bit = 0;
    };
    struct Entry {
        Task task;
        double compute_s = NAN;  ///< what the server would need with nothing else to do
    };

    void AccrueTaskSeconds();
    void AppendRow(const Entry& entry);

    bool m_users_leave;
    Table& m_table;
    std::vector<User> m_users;
    std::map<std::int64_t, Entry> m_open;  ///< tasks under way, oldest first
    std::int64_t m_next_id = 0;
    double m_task_seconds = 0;
    double m_accrued_until_s = 0;
};

}  // namespace physical

#endif
