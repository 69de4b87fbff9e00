// SPDX-License-Identifier: MIT
#include "read-parameters.h"

#include "part.h"

#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>

namespace nb = nanobind;

namespace twin {

Traffic ReadTraffic(const nb::dict& values) {
    Traffic traffic;
    Part(values).Read(
        "rate_hz", traffic.rate_hz, "on_s", traffic.on_s, "off_s", traffic.off_s, "size_model",
        traffic.size_model, "size_min_bit", traffic.size_min_bit, "size_max_bit",
        traffic.size_max_bit, "size_median_bit", traffic.size_median_bit, "size_sigma",
        traffic.size_sigma, "size_alpha", traffic.size_alpha, "cycles_per_bit",
        traffic.cycles_per_bit, "cycles_ue_spread", traffic.cycles_ue_spread, "cycles_task_spread",
        traffic.cycles_task_spread, "periodic", traffic.periodic, "jitter_s", traffic.jitter_s);
    return traffic;
}

NetworkParameters ReadNetworkParameters(const nb::dict& values) {
    NetworkParameters all;
    Part(values, "network")
        .Read("slot_s", all.slot_s, "slots_per_frame", all.slots_per_frame, "slots_per_measurement",
              all.slots_per_measurement, "band_quota", all.band_quota, "retrains", all.retrains,
              "traffic_class", all.traffic_class);
    Part(values, "delays")
        .Read("grant_s", all.delays.grant_s, "core_s", all.delays.core_s, "pipeline_s",
              all.delays.pipeline_s, "pipeline_sd_s", all.delays.pipeline_sd_s, "result_s",
              all.delays.result_s, "window_bit", all.delays.window_bit);
    HandoverLaw& handover = all.handover;
    Part(values, "handover")
        .Read("interruption_median_s", handover.interruption_median_s, "interruption_sigma",
              handover.interruption_sigma, "outage_s", handover.outage_s, "outage_sd_s",
              handover.outage_sd_s);
    for (const nb::handle law : nb::cast<nb::list>(values["traffic"])) {
        all.traffic.push_back(ReadTraffic(nb::cast<nb::dict>(law)));
    }
    Part(values, "results").Read("bit", all.results.bit, "ratio", all.results.ratio);
    Mobility& mobility = all.mobility;
    Part(values, "mobility")
        .Read("model", mobility.model, "speed_min_mps", mobility.speed_min_mps, "speed_max_mps",
              mobility.speed_max_mps, "turn_s", mobility.turn_s, "pause_s", mobility.pause_s,
              "memory", mobility.memory, "area_m", mobility.area_m);
    Arrivals& arrivals = all.arrivals;
    Part(values, "arrivals")
        .Read("rate_hz", arrivals.rate_hz, "sojourn_s", arrivals.sojourn_s, "attach_s",
              arrivals.attach_s, "attach_sd_s", arrivals.attach_sd_s);
    Compute& compute = all.compute;
    Part(values, "compute")
        .Read("capacity_hz", compute.capacity_hz, "quota", compute.quota, "cycles_per_sample",
              compute.cycles_per_sample, "migration_s", compute.migration_s);
    return all;
}

}  // namespace twin
