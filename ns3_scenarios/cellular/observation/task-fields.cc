// SPDX-License-Identifier: GPL-2.0-only
#include "task-fields.h"

namespace twin {

namespace {

constexpr double MAX_COUNT = 2e9;

}  // namespace

TaskFields::TaskFields(Schema& schema, std::size_t n_ue)
    : m_tasks_created(schema.Observation<std::int64_t>(
          {"tasks_created", {n_ue}, "tasks", 0, MAX_COUNT, "since the start"})),
      m_tasks_completed(schema.Observation<std::int64_t>(
          {"tasks_completed", {n_ue}, "tasks", 0, MAX_COUNT, "since the start"})),
      m_created_bit(schema.Observation<std::int64_t>(
          {"created_bit", {n_ue}, "bit", 0, 1e15, "data of all tasks since the start"})),
      m_tasks_uploading(schema.Observation<std::int32_t>(
          {"tasks_uploading", {n_ue}, "tasks", 0, MAX_COUNT, "waiting for or in transmission"})),
      m_upload_backlog_bit(schema.Observation<double>(
          {"upload_backlog_bit", {n_ue}, "bit", 0, 1e15, "not acknowledged by the edge"})),
      m_oldest_age_s(schema.Observation<float>(
          {"oldest_age_s", {n_ue}, "s", 0, 1e9, "age of the user's oldest task, 0: none"})) {}

void TaskFields::Fill(const TaskLedger& ledger,
                      const std::vector<std::unique_ptr<UploadSender>>& senders) const {
    for (std::size_t ue = 0; ue < senders.size(); ++ue) {
        m_tasks_created(ue) = ledger.Created(ue);
        m_tasks_completed(ue) = ledger.Completed(ue);
        m_created_bit(ue) = ledger.CreatedBit(ue);
        m_tasks_uploading(ue) = ledger.Uploading(ue);
        m_upload_backlog_bit(ue) = senders[ue]->BacklogBit();
        m_oldest_age_s(ue) = static_cast<float>(ledger.OldestAgeS(ue));
    }
}

}  // namespace twin
