// SPDX-License-Identifier: MIT
// The constants of the twin's models, as py_agent.twin's TwinParameters documents them.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace twin {

/// What passes beside transmission, on one way.
struct WayDelays {
    double before_s;  // the first bit, when nothing of its user is being sent
    double pipeline_s;
    double pipeline_sd_s;
    double after_s;
    double round_trip_s;  // of a packet and its acknowledgement that waits for nothing
    double window_bit;    // that may be unacknowledged
};

struct Delays {
    double grant_s;
    double core_s;
    double pipeline_s;
    double pipeline_sd_s;
    double result_s;
    double window_bit;

    /// Uploads are fitted as a whole: what their window costs is in their rate.
    WayDelays Up() const { return {grant_s, pipeline_s, pipeline_sd_s, core_s, 0, INFINITY}; }
    WayDelays Down() const {
        return {core_s, result_s, 0, 0, core_s + result_s + pipeline_s + core_s, window_bit};
    }
};

struct HandoverLaw {
    double interruption_median_s;
    double interruption_sigma;
    double outage_s;
    double outage_sd_s;
};

/// Of the tasks of a class of users. Beside TwinParameters: what the settings of the scenario add.
struct Traffic {
    double rate_hz;
    double on_s;
    double off_s;
    std::string size_model;  // uniform, lognormal, bounded-pareto
    double size_min_bit;
    double size_max_bit;
    double size_median_bit;
    double size_sigma;
    double size_alpha;
    double cycles_per_bit;
    double cycles_ue_spread;
    double cycles_task_spread;
    bool periodic;
    double jitter_s;
};

/// Of tasks, which their users download.
struct Results {
    double bit;
    double ratio;  // of the size of the task

    bool Any() const { return bit > 0 || ratio > 0; }
    double Bits(double size_bit) const { return std::ceil(bit + ratio * size_bit); }
};

struct Mobility {
    std::string model;
    double speed_min_mps;
    double speed_max_mps;
    double turn_s;
    double pause_s;
    double memory;
    std::array<double, 4> area_m;  // min x, min y, max x, max y
};

struct Compute {
    std::vector<double> capacity_hz;
    bool quota;
    double cycles_per_sample;
    double migration_s;
};

/// How users come and go.
struct Arrivals {
    double rate_hz;  // 0: those who are there stay, and nobody comes
    double sojourn_s;
    double attach_s;  // without a cell, of who comes where another cell is the strongest
    double attach_sd_s;
};

/// What every network needs, whatever its radio.
struct NetworkParameters {
    double slot_s;
    int slots_per_frame;
    int slots_per_measurement;
    bool band_quota;
    bool retrains;
    Delays delays;
    HandoverLaw handover;
    std::vector<Traffic> traffic;            // of each class of users
    std::vector<std::size_t> traffic_class;  // of each user
    Results results;
    Mobility mobility;
    Arrivals arrivals;
    Compute compute;
};

}  // namespace twin
