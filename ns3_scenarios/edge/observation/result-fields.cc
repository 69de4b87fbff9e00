// SPDX-License-Identifier: GPL-2.0-only
#include "observation/result-fields.h"

namespace physical {

ResultFields::ResultFields(Schema& schema, std::size_t n_ue)
    : m_tasks_downloading(schema.Observation<std::int32_t>(
          {"tasks_downloading", {Ue(n_ue)}, "tasks", 0, 2e9, "computed, the result on its way"})),
      m_result_bit(
          schema.Observation<std::int64_t>({"result_bit",
                                            {Ue(n_ue)},
                                            "bit",
                                            0,
                                            1e15,
                                            "results of all computed tasks since the start"})),
      m_result_delivered_bit(
          schema.Observation<std::int64_t>({"result_delivered_bit",
                                            {Ue(n_ue)},
                                            "bit",
                                            0,
                                            1e15,
                                            "results that have arrived at the user, each bit once"
                                            " = result_bit − download_backlog_bit +"
                                            " download_unconfirmed_bit"})),
      m_download_backlog_bit(schema.Observation<double>(
          {"download_backlog_bit", {Ue(n_ue)}, "bit", 0, 1e15, "not acknowledged by the user"})),
      m_download_unconfirmed_bit(schema.Observation<double>(
          {"download_unconfirmed_bit",
           {Ue(n_ue)},
           "bit",
           0,
           1e15,
           "part of the backlog that has arrived, its acknowledgement not yet"})) {}

void ResultFields::Fill(const TaskLedger& ledger,
                        const std::vector<std::unique_ptr<TransferSender>>& senders,
                        const std::vector<std::unique_ptr<TransferReceiver>>& receivers) const {
    for (std::uint32_t ue = 0; ue < senders.size(); ++ue) {
        m_tasks_downloading(ue) = ledger.Downloading(ue);
        m_result_bit(ue) = ledger.ResultBit(ue);
        m_result_delivered_bit(ue) = receivers[ue]->DeliveredBit(ue);
        m_download_backlog_bit(ue) = senders[ue]->BacklogBit();
        m_download_unconfirmed_bit(ue) = senders[ue]->UnconfirmedBit(*receivers[ue]);
    }
}

}  // namespace physical
