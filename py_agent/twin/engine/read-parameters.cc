// SPDX-License-Identifier: MIT
#include "read-parameters.h"

#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>

namespace nb = nanobind;

namespace twin {

namespace {

/// One part of the parameters, by name.
class Part {
  public:
    Part(const nb::dict& values, const char* name) : m_values(nb::cast<nb::dict>(values[name])) {}

    template <class Value>
    void Read(const char* name, Value& value) const {
        value = nb::cast<Value>(m_values[name]);
    }

    template <class Value, class... More>
    void Read(const char* name, Value& value, More&&... more) const {
        Read(name, value);
        Read(std::forward<More>(more)...);
    }

  private:
    nb::dict m_values;
};

}  // namespace

LteParameters ReadLteParameters(const nb::dict& values) {
    LteParameters all;
    ChannelMap& channel = all.channel;
    Part(values, "channel")
        .Read("intercept_dbm", channel.intercept_dbm, "exponent", channel.exponent,
              "residual_sd_db", channel.residual_sd_db, "decorrelation_m", channel.decorrelation_m,
              "bs_height_m", channel.bs_height_m, "ue_height_m", channel.ue_height_m, "azimuth_deg",
              channel.azimuth_deg, "sector_gain_dbi", channel.sector_gain_dbi,
              "sector_downtilt_deg", channel.sector_downtilt_deg);
    UplinkSinr& uplink = all.uplink;
    Part(values, "uplink")
        .Read("reference_power_dbm", uplink.reference_power_dbm, "max_power_dbm",
              uplink.max_power_dbm, "p0_dbm", uplink.p0_dbm, "noise_dbm", uplink.noise_dbm,
              "bandwidth_rb", uplink.bandwidth_rb, "interference_rise_db",
              uplink.interference_rise_db, "offset_db", uplink.offset_db, "sd_db", uplink.sd_db,
              "correlation_s", uplink.correlation_s, "ceiling_db", uplink.ceiling_db);
    RateCurve& rate = all.rate;
    Part(values, "rate")
        .Read("sinr_db", rate.sinr_db, "bps_per_rb", rate.bps_per_rb, "correction_sd",
              rate.correction_sd, "correction_correlation_s", rate.correction_correlation_s,
              "largest_bps", rate.largest_bps);
    DataInterference& interference = all.interference;
    Part(values, "interference")
        .Read("margin_db", interference.margin_db, "slope_db", interference.slope_db,
              "needed_min_db", interference.needed_min_db, "needed_max_db",
              interference.needed_max_db);
    ControlChannel& control = all.control;
    Part(values, "control")
        .Read("needed_db", control.needed_db, "slope_db", control.slope_db, "noise_dbm",
              control.noise_dbm, "out_of_sync_db", control.out_of_sync_db, "out_of_sync_s",
              control.out_of_sync_s, "kept_s", control.kept_s, "lost_s", control.lost_s,
              "lost_sd_s", control.lost_sd_s);
    FailureLaw& failure = all.failure;
    Part(values, "failure")
        .Read("floor", failure.floor, "margin_db", failure.margin_db, "slope_db", failure.slope_db);
    return all;
}

NetworkParameters ReadNetworkParameters(const nb::dict& values) {
    NetworkParameters all;
    Part(values, "network")
        .Read("slot_s", all.slot_s, "slots_per_frame", all.slots_per_frame, "slots_per_measurement",
              all.slots_per_measurement, "band_quota", all.band_quota, "retrains", all.retrains);
    Part(values, "delays")
        .Read("grant_s", all.delays.grant_s, "core_s", all.delays.core_s, "pipeline_s",
              all.delays.pipeline_s, "pipeline_sd_s", all.delays.pipeline_sd_s);
    HandoverLaw& handover = all.handover;
    Part(values, "handover")
        .Read("interruption_median_s", handover.interruption_median_s, "interruption_sigma",
              handover.interruption_sigma, "outage_s", handover.outage_s, "outage_sd_s",
              handover.outage_sd_s);
    Traffic& traffic = all.traffic;
    Part(values, "traffic")
        .Read("rate_hz", traffic.rate_hz, "on_s", traffic.on_s, "off_s", traffic.off_s,
              "size_model", traffic.size_model, "size_min_bit", traffic.size_min_bit,
              "size_max_bit", traffic.size_max_bit, "size_median_bit", traffic.size_median_bit,
              "size_sigma", traffic.size_sigma, "size_alpha", traffic.size_alpha, "cycles_per_bit",
              traffic.cycles_per_bit, "cycles_ue_spread", traffic.cycles_ue_spread,
              "cycles_task_spread", traffic.cycles_task_spread, "periodic", traffic.periodic,
              "jitter_s", traffic.jitter_s);
    Mobility& mobility = all.mobility;
    Part(values, "mobility")
        .Read("model", mobility.model, "speed_min_mps", mobility.speed_min_mps, "speed_max_mps",
              mobility.speed_max_mps, "turn_s", mobility.turn_s, "pause_s", mobility.pause_s,
              "memory", mobility.memory, "area_m", mobility.area_m);
    Compute& compute = all.compute;
    Part(values, "compute")
        .Read("capacity_hz", compute.capacity_hz, "quota", compute.quota, "cycles_per_sample",
              compute.cycles_per_sample, "migration_s", compute.migration_s);
    return all;
}

}  // namespace twin
