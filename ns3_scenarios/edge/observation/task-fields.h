// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TASK_FIELDS_H
#define PHYSICAL_TASK_FIELDS_H

#include "presence.h"
#include "schema.h"
#include "task-ledger.h"
#include "task-source.h"
#include "transfer-sender.h"

#include <memory>
#include <vector>

namespace physical {

/// Each user's tasks: how many there are, and what waits to be uploaded.
class TaskFields {
  public:
    TaskFields(Schema& schema, std::size_t n_ue);

    /// @param senders, sources one per user
    void Fill(const TaskLedger& ledger,
              const std::vector<std::unique_ptr<TransferSender>>& senders,
              const TransferReceiver& receiver,
              const std::vector<std::unique_ptr<TaskSource>>& sources,
              const Presence& presence) const;

  private:
    Field<std::int64_t> m_tasks_created;
    Field<std::int64_t> m_tasks_completed;
    Field<std::int64_t> m_created_bit;
    Field<std::int32_t> m_tasks_uploading;
    Field<double> m_upload_backlog_bit;
    Field<std::int64_t> m_delivered_bit;
    Field<double> m_upload_unconfirmed_bit;
    Field<double> m_upload_lost_bit;
    Field<double> m_upload_probed_bit;
    Field<float> m_oldest_age_s;
    Field<double> m_task_rate_hz;
    Field<double> m_task_mean_bit;
    Field<double> m_task_mean_cycles;
};

}  // namespace physical

#endif
