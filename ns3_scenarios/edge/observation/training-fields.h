// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRAINING_FIELDS_H
#define PHYSICAL_TRAINING_FIELDS_H

#include "retraining-jobs.h"
#include "schema.h"

namespace physical {

/// How the retraining of users' models stands.
class TrainingFields {
  public:
    TrainingFields(Schema& schema, std::size_t n_ue);

    void Fill(const RetrainingJobs& jobs);

  private:
    std::size_t m_n_ue;
    Field<double> m_backlog_cycles;
    Field<std::int64_t> m_backlog_samples;
    Field<std::int64_t> m_trained_samples;
    Field<std::int64_t> m_jobs_done;
    Field<std::int64_t> m_job_id;
    Field<std::int64_t> m_done_id;
};

}  // namespace physical

#endif
