// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RETRAINING_JOBS_H
#define PHYSICAL_RETRAINING_JOBS_H

#include "edge-server.h"
#include "schema.h"
#include "settings.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace physical {

/// Whether and at what cost users' models are retrained at the edge servers.
struct RetrainingSettings {
    bool enabled = false;
    double cycles_per_sample = 1e6;
    double migration_s = 0.05;

    void Declare(Settings& settings);
};

/**
 * Retraining jobs, from their submission to their end, and the `training` table.
 *
 * A user's jobs are served first come first served, beside its inference tasks, as flow n_ue + ue
 * of the edge server of its base station. They follow the user: when it arrives in another cell,
 * what remains of them leaves the old server, is served nowhere for `migration_s`, and goes on at
 * the new one; no work is lost or done twice. (Inference tasks stay where they were uploaded to.)
 */
class RetrainingJobs {
  public:
    using Servers = std::vector<std::unique_ptr<EdgeServer>>;
    static constexpr std::int64_t NO_JOB = -1;

    RetrainingJobs(Schema& schema,
                   const RetrainingSettings& settings,
                   const Servers& servers,
                   std::size_t n_ue);

    /// @param bs the user's base station; -1: the job waits until it has one
    void Submit(std::uint32_t ue, std::int64_t samples, int bs);
    /// The user is served by @p bs now.
    void Follow(std::uint32_t ue, int bs);
    /// The user leaves: its jobs under way are dropped.
    void Drop(std::uint32_t ue);
    /// The server has finished the user's oldest job.
    void Done(std::uint32_t ue);
    /// Append the jobs that are still under way to the table.
    void AppendUnfinished();

    /// The last job that came from the user; jobs are numbered in order of submission, all users'.
    std::int64_t LastId(std::size_t ue) const { return m_users[ue].last_id; }
    /// The last of its jobs that is done.
    std::int64_t LastDoneId(std::size_t ue) const { return m_users[ue].last_done_id; }
    std::int64_t JobsDone(std::size_t ue) const { return m_users[ue].jobs_done; }
    std::int64_t TrainedSamples(std::size_t ue) const { return m_users[ue].trained_samples; }
    std::int64_t BacklogSamples(std::size_t ue) const;
    /// Call the server's Advance() before.
    double BacklogCycles(std::size_t ue) const;

  private:
    struct Job {
        std::int64_t id;
        std::int64_t samples;
        double submitted_s;
        std::int64_t migrations = 0;
    };
    struct User {
        std::deque<Job> jobs;  ///< under way, oldest first
        int server = -1;       ///< where they are; -1: nowhere
        int target = -1;       ///< where they shall be
        std::deque<EdgeServer::Job> travelling;
        ns3::EventId arrival;  ///< of those
        std::int64_t jobs_done = 0;
        std::int64_t last_id = NO_JOB;
        std::int64_t last_done_id = NO_JOB;
        std::int64_t trained_samples = 0;
    };

    std::size_t Flow(std::uint32_t ue) const { return m_users.size() + ue; }
    void Leave(std::uint32_t ue);
    void Arrive(std::uint32_t ue, int bs);
    void AppendRow(std::uint32_t ue, const Job& job, double done_s);

    RetrainingSettings m_settings;
    const Servers& m_servers;
    Table& m_table;
    std::vector<User> m_users;
    std::int64_t m_next_id = 0;
};

}  // namespace physical

#endif
