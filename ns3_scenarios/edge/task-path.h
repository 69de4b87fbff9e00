// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TASK_PATH_H
#define PHYSICAL_TASK_PATH_H

#include "access-network.h"
#include "edge-server.h"
#include "edge-settings.h"
#include "observation/result-fields.h"
#include "observation/task-fields.h"
#include "task-ledger.h"
#include "traffic.h"
#include "transfer-receiver.h"
#include "transfer-sender.h"

#include <memory>
#include <optional>
#include <vector>

namespace physical {

/**
 * The way of every task: created by its user, uploaded to the edge, computed by the server of the
 * base station that serves the user then, and its result, if it has one, downloaded.
 */
class TaskPath {
  public:
    using Servers = std::vector<std::unique_ptr<EdgeServer>>;

    /// Declares the `task` table. @param servers one per base station, once it is built
    /// @param presence who is away creates no task
    /// @throws SettingError if a traffic setting or the trace does not fit
    TaskPath(Schema& schema,
             const EdgeSettings& settings,
             double duration_s,
             const Servers& servers,
             const Presence& presence);

    void DeclareFields(Schema& schema);
    /// Users create tasks from @p start_s on.
    void Build(const AccessNetwork& access, double start_s);

    void Observe();
    /// The user has a link again, or another one.
    void OnArrived(std::uint32_t ue);
    /// The user leaves: its tasks under way are dropped. @return how many they were
    std::int64_t Drop(std::uint32_t ue);
    /// A server has finished a task.
    void OnComputed(std::int64_t id);
    /// Draw the traffic anew. @param from_start also what the first slot has seen nothing of yet
    void Redraw(bool from_start);
    /// Time that tasks have spent in the system since the last call, summed over tasks.
    double TakeTaskSeconds() { return m_ledger.TakeTaskSeconds(); }
    /// Append the tasks that are still under way to the table.
    void Finish() { m_ledger.AppendUnfinished(); }

  private:
    void BuildUploads(double start_s);
    void BuildDownloads();
    void OnUploaded(std::int64_t id);

    EdgeSettings m_settings;
    const Servers& m_servers;
    const Presence& m_presence;
    TaskLedger m_ledger;
    Traffic m_traffic;
    const AccessNetwork* m_access = nullptr;
    std::optional<TaskFields> m_task_fields;
    std::optional<ResultFields> m_result_fields;  ///< only if users download results
    std::unique_ptr<TransferReceiver> m_receiver;
    std::vector<std::unique_ptr<TransferSender>> m_senders;
    std::vector<std::unique_ptr<TransferReceiver>> m_result_receivers;  ///< at the users
    std::vector<std::unique_ptr<TransferSender>> m_result_senders;      ///< at the edge
    std::vector<std::unique_ptr<TaskSource>> m_sources;
};

}  // namespace physical

#endif
