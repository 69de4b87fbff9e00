// SPDX-License-Identifier: MIT
// The constants of the twin's models, as py_agent.twin's TwinParameters documents them.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace twin {

struct ChannelMap {
    std::vector<double> intercept_dbm;
    std::vector<double> exponent;
    double residual_sd_db;
    double decorrelation_m;
    double bs_height_m;
    double ue_height_m;
    std::vector<double> azimuth_deg;
    double sector_gain_dbi;
    double sector_downtilt_deg;
};

struct UplinkSinr {
    double reference_power_dbm;
    double max_power_dbm;
    double p0_dbm;
    double noise_dbm;
    double bandwidth_rb;
    std::vector<double> interference_rise_db;
    double offset_db;
    double sd_db;
    double correlation_s;
    double ceiling_db;
};

struct RateCurve {
    std::vector<double> sinr_db;
    std::vector<double> bps_per_rb;
    double correction_sd;
    double correction_correlation_s;
    double largest_bps;
};

struct DataInterference {
    double margin_db;
    double slope_db;
    double needed_min_db;
    double needed_max_db;
};

struct ControlChannel {
    double needed_db;
    double slope_db;
    double noise_dbm;
    double out_of_sync_db;
    double out_of_sync_s;
    double kept_s;
    double lost_s;
    double lost_sd_s;
};

struct Delays {
    double grant_s;
    double core_s;
    double pipeline_s;
    double pipeline_sd_s;
};

struct FailureLaw {
    double floor;
    double margin_db;
    double slope_db;
};

struct HandoverLaw {
    double interruption_median_s;
    double interruption_sigma;
    double outage_s;
    double outage_sd_s;
};

/// Beside TwinParameters: what the settings of the scenario add.
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

/// What radio networks of LTE need.
struct LteParameters {
    ChannelMap channel;
    UplinkSinr uplink;
    RateCurve rate;
    DataInterference interference;
    ControlChannel control;
    FailureLaw failure;
};

/// What every network needs.
struct NetworkParameters {
    double slot_s;
    int slots_per_frame;
    int slots_per_measurement;
    bool band_quota;
    bool retrains;
    Delays delays;
    HandoverLaw handover;
    Traffic traffic;
    Mobility mobility;
    Compute compute;
};

}  // namespace twin
