// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-settings.h"

#include "message.h"

#include <algorithm>

namespace physical {

void MobilitySettings::Declare(Settings& settings) {
    settings.Choice(
        "mobility.model", model,
        {"random-waypoint", "random-walk", "gauss-markov", "hotspots", "static", "trace"},
        "how users move; all but trace stay within the area of the base stations");
    settings.Real("mobility.speed_min_mps", speed_min_mps, 0.01, 100, "m/s",
                  "slowest walk (random-waypoint, random-walk, hotspots)");
    settings.Real("mobility.speed_max_mps", speed_max_mps, 0.01, 100, "m/s",
                  "fastest walk; gauss-markov: the mean speed is the middle of both");
    settings.Real("mobility.pause_max_s", pause_max_s, 0, 1e4, "s",
                  "random-waypoint: longest pause at a waypoint");
    settings.Real("mobility.turn_s", turn_s, 0.01, 1e4, "s",
                  "random-walk: time from one turn to the next");
    settings.Real("mobility.memory", memory, 0, 1, "1",
                  "gauss-markov: correlation of a velocity with that of a second before");
    settings.Integer("mobility.hotspots", hotspots, 1, 1000, "places",
                     "hotspots: number of places around which users gather");
    settings.Real("mobility.hotspot_radius_m", hotspot_radius_m, 0.1, 1e4, "m",
                  "hotspots: standard deviation of waypoints around their place, per axis");
    settings.Real("mobility.hotspot_pause_max_s", hotspot_pause_max_s, 0, 1e4, "s",
                  "hotspots: longest pause at a waypoint");
    settings.Text("mobility.trace", trace,
                  "trace: file of SUMO (FCD, or mobility for ns-2), or one of the bundled traces:"
                  " streets, vehicles");
    settings.Real("mobility.trace_start_s", trace_start_s, 0, 1e9, "s",
                  "trace: its time at ns-3 time 0");
    settings.Real("mobility.trace_x_m", trace_x_m, -1e6, 1e6, "m",
                  "trace: added to its x, to bring it among the base stations");
    settings.Real("mobility.trace_y_m", trace_y_m, -1e6, 1e6, "m", "trace: added to its y");
}

void MobilitySettings::Check(const Area& area) const {
    if (speed_min_mps > speed_max_mps) {
        throw SettingError(
            "setting mobility.speed_min_mps = " + message::Number(speed_min_mps) +
            ": must not exceed mobility.speed_max_mps = " + message::Number(speed_max_mps));
    }
    const MobilitySettings usual;
    const auto has_no_effect = [this](const std::string& name) {
        return SettingError("setting mobility." + name + ": has no effect with mobility.model = " +
                            model + ": set that to trace, or leave this out");
    };
    if (model != "trace" && trace != usual.trace) {
        throw has_no_effect("trace = " + trace);
    }
    if (model != "trace" && trace_start_s != usual.trace_start_s) {
        throw has_no_effect("trace_start_s = " + message::Number(trace_start_s));
    }
    if (model != "trace" && trace_x_m != usual.trace_x_m) {
        throw has_no_effect("trace_x_m = " + message::Number(trace_x_m));
    }
    if (model != "trace" && trace_y_m != usual.trace_y_m) {
        throw has_no_effect("trace_y_m = " + message::Number(trace_y_m));
    }
    const double side_m = std::min(area.WidthM(), area.DepthM());
    if (model == "hotspots" && hotspot_radius_m > side_m) {
        throw SettingError(
            "setting mobility.hotspot_radius_m = " + message::Number(hotspot_radius_m) +
            ": must not exceed the shorter side of the area, " + message::Number(side_m) + " m");
    }
}

}  // namespace physical
