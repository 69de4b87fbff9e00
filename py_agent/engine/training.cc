// SPDX-License-Identifier: MIT
#include "training.h"

namespace twin {

namespace {

float& SamplesOf(Jobs& jobs, std::int64_t number) {
    return jobs.samples[number % Jobs::PLACES];
}

}  // namespace

void SubmitJobs(State& state,
                std::size_t rollout,
                const Compute& compute,
                Numbered<const std::int32_t> samples,
                double now_s) {
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        const std::size_t user = rollout * state.n_ue + ue;
        const std::int32_t cell = state.users[user].last_cell;
        Jobs& jobs = state.jobs[user];
        if (samples[user] > 0 && state.stays[user].present) {
            const double cycles = samples[user] * compute.cycles_per_sample;
            if (jobs.submitted == jobs.done) {
                jobs.head_cycles = cycles;
                jobs.server = cell;
                jobs.begin_s = now_s;
            }
            const bool full = jobs.submitted - jobs.done >= Jobs::PLACES;
            const std::int64_t number = full ? jobs.submitted - 1 : jobs.submitted++;
            const float joined = full ? SamplesOf(jobs, number) : 0;
            SamplesOf(jobs, number) = joined + static_cast<float>(samples[user]);
            jobs.work_cycles += cycles;
        }
        if (jobs.server != cell && jobs.submitted > jobs.done) {
            jobs.server = cell;
            jobs.begin_s = now_s + compute.migration_s;
        }
    }
}

void ServeJobs(Jobs& jobs, const Compute& compute, TrainingTime time) {
    const double capacity_hz = compute.capacity_hz[static_cast<std::size_t>(jobs.server)];
    const bool enough = time.offered_s >= time.need_s;
    const double served = enough ? jobs.work_cycles : time.offered_s * capacity_hz;
    jobs.used_s = static_cast<float>(served / capacity_hz);
    jobs.work_cycles -= served;
    jobs.head_cycles -= served;
    bool finished = (jobs.head_cycles <= 0 || enough) && time.present_s > 0;
    while (finished) {
        jobs.last_done = jobs.done;
        jobs.trained += SamplesOf(jobs, jobs.done++);
        if (jobs.done == jobs.submitted) {
            // Rounding errors must not outlive the jobs.
            jobs.work_cycles = jobs.head_cycles = 0;
            return;
        }
        jobs.head_cycles += SamplesOf(jobs, jobs.done) * compute.cycles_per_sample;
        finished = jobs.head_cycles <= 0 || enough;
    }
}

double BacklogSamples(const Jobs& jobs) {
    double sum = 0;
    for (std::int64_t number = jobs.done; number < jobs.submitted; ++number) {
        sum += jobs.samples[number % Jobs::PLACES];
    }
    return sum;
}

}  // namespace twin
