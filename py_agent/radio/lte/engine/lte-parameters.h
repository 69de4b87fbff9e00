// SPDX-License-Identifier: MIT
// The constants of LTE's laws, as py_agent.radio.lte.parameters documents them.
#pragma once

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

struct RateKnots {
    std::vector<double> sinr_db;
    std::vector<double> bps_per_rb;
};

struct RateCurve : RateKnots {
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

struct FailureLaw {
    double floor;
    double margin_db;
    double slope_db;
};

/// What radio networks of LTE need.
struct LteParameters {
    ChannelMap channel;
    UplinkSinr uplink;
    RateCurve rate;
    RateKnots downlink;
    DataInterference interference;
    ControlChannel control;
    FailureLaw failure;
};

}  // namespace twin
