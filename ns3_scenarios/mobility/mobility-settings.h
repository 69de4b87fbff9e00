// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_SETTINGS_H
#define PHYSICAL_MOBILITY_SETTINGS_H

#include "area.h"
#include "settings.h"

#include <cstdint>
#include <string>

namespace physical {

/// How users move; the initial values are the defaults.
struct MobilitySettings {
    std::string model = "random-waypoint";
    double speed_min_mps = 1;
    double speed_max_mps = 15;
    double pause_max_s = 0;
    double turn_s = 10;
    double memory = 0.85;
    std::uint32_t hotspots = 3;
    double hotspot_radius_m = 40;
    double hotspot_pause_max_s = 60;
    std::string trace = "streets";
    double trace_start_s = 0;
    double trace_x_m = 0;
    double trace_y_m = 0;

    bool operator==(const MobilitySettings&) const = default;

    void Declare(Settings& settings);
    /// @throws SettingError if settings contradict each other or do not fit into the area
    void Check(const Area& area) const;
};

}  // namespace physical

#endif
