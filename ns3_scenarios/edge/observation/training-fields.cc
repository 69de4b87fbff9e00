// SPDX-License-Identifier: GPL-2.0-only
#include "observation/training-fields.h"

namespace physical {

TrainingFields::TrainingFields(Schema& schema, std::size_t n_ue)
    : m_n_ue(n_ue),
      m_backlog_cycles(schema.Observation<double>(
          {"training_backlog_cycles",
           {Ue(n_ue)},
           "cycles",
           0,
           1e18,
           "what remains of the user's retraining jobs, those that are moving too"})),
      m_backlog_samples(
          schema.Observation<std::int64_t>({"training_backlog_samples",
                                            {Ue(n_ue)},
                                            "samples",
                                            0,
                                            1e15,
                                            "of the user's retraining jobs under way"})),
      m_trained_samples(
          schema.Observation<std::int64_t>({"trained_samples",
                                            {Ue(n_ue)},
                                            "samples",
                                            0,
                                            1e15,
                                            "of the user's finished jobs, since the start"})),
      m_jobs_done(schema.Observation<std::int64_t>({"training_jobs_done",
                                                    {Ue(n_ue)},
                                                    "jobs",
                                                    0,
                                                    1e15,
                                                    "since the start; they end in their order"})),
      m_job_id(
          schema.Observation<std::int64_t>({.name = "training_job_id",
                                            .shape = {Ue(n_ue)},
                                            .unit = "1",
                                            .low = -1,
                                            .high = 1e15,
                                            .help = "the last retraining job that came from the "
                                                    "user, by a number of its own in the run that"
                                                    " grows; -1: none",
                                            .missing = -1})),
      m_done_id(schema.Observation<std::int64_t>(
          {.name = "training_done_id",
           .shape = {Ue(n_ue)},
           .unit = "1",
           .low = -1,
           .high = 1e15,
           .help = "the last of the user's retraining jobs that is done, by its number; -1: none",
           .missing = -1})) {}

void TrainingFields::Fill(const RetrainingJobs& jobs) {
    for (std::size_t ue = 0; ue < m_n_ue; ++ue) {
        m_backlog_cycles(ue) = jobs.BacklogCycles(ue);
        m_backlog_samples(ue) = jobs.BacklogSamples(ue);
        m_trained_samples(ue) = jobs.TrainedSamples(ue);
        m_jobs_done(ue) = jobs.JobsDone(ue);
        m_job_id(ue) = jobs.LastId(ue);
        m_done_id(ue) = jobs.LastDoneId(ue);
    }
}

}  // namespace physical
