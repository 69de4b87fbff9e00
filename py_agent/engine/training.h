// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "state.h"

#include <cstdint>

namespace twin {

/// What a server has for a user's retraining in a slot.
struct TrainingTime {
    double need_s;     // for all that is left
    double offered_s;  // had it enough to do
    double present_s;  // in which it could be served
};

/// Take jobs over, so many samples of each user (0: none), and let those under way
/// follow their users, resting meanwhile.
void SubmitJobs(State& state,
                std::size_t rollout,
                const Compute& compute,
                Numbered<const std::int32_t> samples,
                double now_s);

/// Serve a user's jobs for a slot.
void ServeJobs(Jobs& jobs, const Compute& compute, TrainingTime time);

/// Samples of the jobs under way.
double BacklogSamples(const Jobs& jobs);

}  // namespace twin
