// SPDX-License-Identifier: GPL-2.0-only
#include "retraining-jobs.h"

#include "ns3/simulator.h"

#include <cmath>
#include <utility>

namespace physical {

using ns3::Simulator;

void RetrainingSettings::Declare(Settings& settings) {
    settings.Flag("retraining.enabled", enabled,
                  "whether users' models are retrained at the edge servers (retrain_samples,"
                  " training_share)");
    settings.Real("retraining.cycles_per_sample", cycles_per_sample, 1, 1e12, "cycles",
                  "work of training on one sample");
    settings.Real("retraining.migration_s", migration_s, 0, 1e3, "s",
                  "how long jobs rest while they move to the server of the user's new cell");
}

RetrainingJobs::RetrainingJobs(Schema& schema,
                               const RetrainingSettings& settings,
                               const Servers& servers,
                               std::size_t n_ue)
    : m_settings(settings),
      m_servers(servers),
      m_table(schema.AddTable(
          "training",
          "one row per retraining job, when it is done, its user leaves or the run ends",
          {{"id", true, "1", "number of the job, in order of submission"},
           {"ue", true, "1", "user whose model is trained"},
           {"bs", true, "1", "base station whose server has or finished it; -1: none"},
           {"samples", true, "samples", "size of the job"},
           {"migrations", true, "1", "times it moved to another server"},
           {"submitted_s", false, "s", "ns-3 time of submission"},
           {"done_s", false, "s", "ns-3 time at which the new weights were ready"}})),
      m_users(n_ue) {}

void RetrainingJobs::Submit(std::uint32_t ue, std::int64_t samples, int bs) {
    User& user = m_users[ue];
    user.last_id = m_next_id++;
    user.jobs.push_back({user.last_id, samples, Simulator::Now().GetSeconds()});
    user.target = bs;
    const EdgeServer::Job job{user.last_id,
                              static_cast<double>(samples) * m_settings.cycles_per_sample};
    // Behind those that travel or wait, if there are any.
    if (!user.travelling.empty() || bs < 0) {
        user.travelling.push_back(job);
    } else {
        user.server = bs;
        m_servers[static_cast<std::size_t>(bs)]->Submit(Flow(ue), job.id, job.remaining_cycles);
    }
}

void RetrainingJobs::Follow(std::uint32_t ue, int bs) {
    User& user = m_users[ue];
    user.target = bs;
    if (user.server < 0) {
        if (!user.travelling.empty() && user.jobs.front().migrations == 0) {
            Arrive(ue, bs);  // its first server: nothing to move
        }
    } else if (user.server != bs && !user.jobs.empty()) {
        Leave(ue);
    }
}

void RetrainingJobs::Leave(std::uint32_t ue) {
    User& user = m_users[ue];
    user.travelling = m_servers[static_cast<std::size_t>(user.server)]->Withdraw(Flow(ue));
    user.server = -1;
    for (Job& job : user.jobs) {
        ++job.migrations;
    }
    user.arrival = Simulator::Schedule(ns3::Seconds(m_settings.migration_s),
                                       [this, ue, bs = user.target] { Arrive(ue, bs); });
}

void RetrainingJobs::Arrive(std::uint32_t ue, int bs) {
    User& user = m_users[ue];
    user.server = bs;
    for (const EdgeServer::Job& job : std::exchange(user.travelling, {})) {
        m_servers[static_cast<std::size_t>(bs)]->Submit(Flow(ue), job.id, job.remaining_cycles);
    }
    if (user.target != bs) {
        Leave(ue);  // the user has moved on meanwhile
    }
}

void RetrainingJobs::Drop(std::uint32_t ue) {
    User& user = m_users[ue];
    for (const Job& job : user.jobs) {
        AppendRow(ue, job, NAN);
    }
    if (user.server >= 0) {
        m_servers[static_cast<std::size_t>(user.server)]->Withdraw(Flow(ue));
    }
    user.arrival.Cancel();
    user.travelling.clear();
    user.jobs.clear();
    user.server = user.target = -1;
}

void RetrainingJobs::Done(std::uint32_t ue) {
    User& user = m_users[ue];
    AppendRow(ue, user.jobs.front(), Simulator::Now().GetSeconds());
    user.trained_samples += user.jobs.front().samples;
    user.last_done_id = user.jobs.front().id;
    ++user.jobs_done;
    user.jobs.pop_front();
}

void RetrainingJobs::AppendUnfinished() {
    for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
        for (const Job& job : m_users[ue].jobs) {
            AppendRow(ue, job, NAN);
        }
    }
}

std::int64_t RetrainingJobs::BacklogSamples(std::size_t ue) const {
    std::int64_t sum = 0;
    for (const Job& job : m_users[ue].jobs) {
        sum += job.samples;
    }
    return sum;
}

double RetrainingJobs::BacklogCycles(std::size_t ue) const {
    const User& user = m_users[ue];
    double sum = 0;
    for (const EdgeServer::Job& job : user.travelling) {
        sum += job.remaining_cycles;
    }
    if (user.server >= 0) {
        const EdgeServer& server = *m_servers[static_cast<std::size_t>(user.server)];
        sum += server.BacklogCycles(Flow(static_cast<std::uint32_t>(ue)));
    }
    return sum;
}

void RetrainingJobs::AppendRow(std::uint32_t ue, const Job& job, double done_s) {
    m_table.Append(job.id, ue, m_users[ue].server, job.samples, job.migrations, job.submitted_s,
                   done_s);
}

}  // namespace physical
