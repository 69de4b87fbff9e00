// SPDX-License-Identifier: GPL-2.0-only
#include "task-ledger.h"

#include "ns3/simulator.h"

#include <utility>

namespace physical {

namespace {

double NowS() {
    return ns3::Simulator::Now().GetSeconds();
}

std::vector<Column> TaskColumns(bool users_leave) {
    std::vector<Column> columns{
        {"task", true, "1", "number of the task, in order of creation"},
        {"ue", true, "1", "user that created it"},
        {"bs", true, "1", "base station whose server got it; -1: still uploading"},
        {"size_bit", true, "bit", "data to upload"},
        {"cycles", false, "cycles", "work at the edge server"},
        {"created_s", false, "s", "ns-3 time of creation"},
        {"uploaded_s", false, "s", "ns-3 time at which the last byte arrived at the edge"},
        {"compute_s", false, "s", "time the whole server needs for it: cycles / capacity"},
        {"computed_s", false, "s", "ns-3 time at which it was computed"},
        {"result_bit", true, "bit", "result to download; 0: none"},
        {"done_s", false, "s",
         "ns-3 time at which it was computed and its result, if any, at the user"}};
    if (users_leave) {
        columns.push_back(
            {"left_s", false, "s", "ns-3 time at which its user left: the task was dropped then"});
    }
    return columns;
}

}  // namespace

TaskLedger::TaskLedger(Schema& schema, bool users_leave)
    : m_users_leave(users_leave),
      m_table(schema.AddTable(
          "task", "one row per task, when it is done or the run ends", TaskColumns(users_leave))) {}

const Task& TaskLedger::Create(std::uint32_t ue, std::uint32_t size_bit, double cycles) {
    AccrueTaskSeconds();
    const std::int64_t id = m_next_id++;
    User& user = m_users[ue];
    ++user.created;
    user.created_bit += size_bit;
    ++user.uploading;
    Task task{.id = id, .ue = ue, .size_bit = size_bit, .cycles = cycles, .created_s = NowS()};
    return m_open.emplace(id, Entry{std::move(task)}).first->second.task;
}

const Task& TaskLedger::Uploaded(std::int64_t id, std::int32_t bs, double server_hz) {
    Entry& entry = m_open.at(id);
    entry.task.uploaded_s = NowS();
    entry.task.bs = bs;
    entry.compute_s = entry.task.cycles / server_hz;
    --m_users[entry.task.ue].uploading;
    ++m_users[entry.task.ue].computing;
    return entry.task;
}

const Task& TaskLedger::Computed(std::int64_t id, std::uint32_t result_bit) {
    Task& task = m_open.at(id).task;
    User& user = m_users[task.ue];
    task.computed_s = NowS();
    task.result_bit = result_bit;
    --user.computing;
    ++user.downloading;
    user.result_bit += result_bit;
    return task;
}

void TaskLedger::Done(std::int64_t id) {
    AccrueTaskSeconds();
    const auto it = m_open.find(id);
    it->second.task.done_s = NowS();
    AppendRow(it->second);
    --m_users[it->second.task.ue].downloading;
    ++m_users[it->second.task.ue].completed;
    m_open.erase(it);
}

std::int64_t TaskLedger::Drop(std::uint32_t ue) {
    AccrueTaskSeconds();
    std::int64_t dropped = 0;
    for (auto it = m_open.begin(); it != m_open.end();) {
        if (it->second.task.ue == ue) {
            it->second.task.left_s = NowS();
            AppendRow(it->second);
            it = m_open.erase(it);
            ++dropped;
        } else {
            ++it;
        }
    }
    User& user = m_users[ue];
    user.uploading = user.computing = user.downloading = 0;
    return dropped;
}

void TaskLedger::AppendUnfinished() {
    for (const auto& [id, entry] : m_open) {
        AppendRow(entry);
    }
}

double TaskLedger::OldestAgeS(std::size_t ue) const {
    for (const auto& [id, entry] : m_open) {
        if (entry.task.ue == ue) {
            return NowS() - entry.task.created_s;
        }
    }
    return 0;
}

double TaskLedger::TakeTaskSeconds() {
    AccrueTaskSeconds();
    return std::exchange(m_task_seconds, 0);
}

void TaskLedger::AccrueTaskSeconds() {
    m_task_seconds += static_cast<double>(m_open.size()) * (NowS() - m_accrued_until_s);
    m_accrued_until_s = NowS();
}

void TaskLedger::AppendRow(const Entry& entry) {
    const Task& task = entry.task;
    const auto append = [&](auto... more) {
        m_table.Append(task.id, task.ue, task.bs, task.size_bit, task.cycles, task.created_s,
                       task.uploaded_s, entry.compute_s, task.computed_s, task.result_bit,
                       task.done_s, more...);
    };
    if (m_users_leave) {
        append(task.left_s);
    } else {
        append();
    }
}

}  // namespace physical
