// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RESULT_FIELDS_H
#define PHYSICAL_RESULT_FIELDS_H

#include "schema.h"
#include "task-ledger.h"
#include "transfer-receiver.h"
#include "transfer-sender.h"

#include <memory>
#include <vector>

namespace physical {

/// The way of results from the edge to their users.
class ResultFields {
  public:
    ResultFields(Schema& schema, std::size_t n_ue);

    /// @param senders, receivers one per user
    void Fill(const TaskLedger& ledger,
              const std::vector<std::unique_ptr<TransferSender>>& senders,
              const std::vector<std::unique_ptr<TransferReceiver>>& receivers) const;

  private:
    Field<std::int32_t> m_tasks_downloading;
    Field<std::int64_t> m_result_bit;
    Field<std::int64_t> m_result_delivered_bit;
    Field<double> m_download_backlog_bit;
    Field<double> m_download_unconfirmed_bit;
};

}  // namespace physical

#endif
