// SPDX-License-Identifier: GPL-2.0-only
#include "observation/task-fields.h"

namespace physical {

namespace {

constexpr double MAX_COUNT = 2e9;

}  // namespace

TaskFields::TaskFields(Schema& schema, std::size_t n_ue)
    : m_tasks_created(schema.Observation<std::int64_t>(
          {"tasks_created", {Ue(n_ue)}, "tasks", 0, MAX_COUNT, "since the start"})),
      m_tasks_completed(schema.Observation<std::int64_t>(
          {"tasks_completed", {Ue(n_ue)}, "tasks", 0, MAX_COUNT, "since the start"})),
      m_created_bit(schema.Observation<std::int64_t>(
          {"created_bit", {Ue(n_ue)}, "bit", 0, 1e15, "data of all tasks since the start"})),
      m_tasks_uploading(schema.Observation<std::int32_t>({"tasks_uploading",
                                                          {Ue(n_ue)},
                                                          "tasks",
                                                          0,
                                                          MAX_COUNT,
                                                          "waiting for or in transmission"})),
      m_upload_backlog_bit(schema.Observation<double>(
          {"upload_backlog_bit", {Ue(n_ue)}, "bit", 0, 1e15, "not acknowledged by the edge"})),
      m_delivered_bit(schema.Observation<std::int64_t>(
          {"delivered_bit",
           {Ue(n_ue)},
           "bit",
           0,
           1e15,
           "data that has arrived at the edge, each bit once = created_bit − upload_backlog_bit +"
           " upload_unconfirmed_bit"})),
      m_upload_unconfirmed_bit(schema.Observation<double>(
          {"upload_unconfirmed_bit",
           {Ue(n_ue)},
           "bit",
           0,
           1e15,
           "part of the backlog that has arrived, its acknowledgement not yet"})),
      m_upload_lost_bit(schema.Observation<double>(
          {"upload_lost_bit",
           {Ue(n_ue)},
           "bit",
           0,
           1e15,
           "sent again since the start because later packets were acknowledged first"})),
      m_upload_probed_bit(schema.Observation<double>(
          {"upload_probed_bit",
           {Ue(n_ue)},
           "bit",
           0,
           1e15,
           "sent again since the start to break a silence or after a handover"})),
      m_oldest_age_s(schema.Observation<float>({.name = "oldest_age_s",
                                                .shape = {Ue(n_ue)},
                                                .unit = "s",
                                                .low = 0,
                                                .high = 1e9,
                                                .help = "age of the user's oldest task, 0: none",
                                                .missing = 0})),
      m_task_rate_hz(schema.Observation<double>(
          {"task_rate_hz", {Ue(n_ue)}, "1/s", 0, 1e6, "expected by the traffic settings"})),
      m_task_mean_bit(schema.Observation<double>(
          {"task_mean_bit", {Ue(n_ue)}, "bit", 0, 1e9, "expected size of a task of the user"})),
      m_task_mean_cycles(schema.Observation<double>({"task_mean_cycles",
                                                     {Ue(n_ue)},
                                                     "cycles",
                                                     0,
                                                     1e18,
                                                     "expected work of a task of the user"})) {}

void TaskFields::Fill(const TaskLedger& ledger,
                      const std::vector<std::unique_ptr<TransferSender>>& senders,
                      const TransferReceiver& receiver,
                      const std::vector<std::unique_ptr<TaskSource>>& sources,
                      const Presence& presence) const {
    for (std::uint32_t ue = 0; ue < senders.size(); ++ue) {
        m_tasks_created(ue) = ledger.Created(ue);
        m_tasks_completed(ue) = ledger.Completed(ue);
        m_created_bit(ue) = ledger.CreatedBit(ue);
        m_tasks_uploading(ue) = ledger.Uploading(ue);
        m_upload_backlog_bit(ue) = senders[ue]->BacklogBit();
        m_delivered_bit(ue) = receiver.DeliveredBit(ue);
        m_upload_unconfirmed_bit(ue) = senders[ue]->UnconfirmedBit(receiver);
        m_upload_lost_bit(ue) = senders[ue]->LostBit();
        m_upload_probed_bit(ue) = senders[ue]->ProbedBit();
        m_oldest_age_s(ue) = static_cast<float>(ledger.OldestAgeS(ue));
        const TaskDemand demand = sources[ue]->Demand();
        m_task_rate_hz(ue) = presence.IsPresent(ue) ? demand.rate_hz : 0;
        m_task_mean_bit(ue) = demand.mean_bit;
        m_task_mean_cycles(ue) = demand.mean_cycles;
    }
}

}  // namespace physical
