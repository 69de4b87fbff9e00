// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RATE_CONTROL_SETTINGS_H
#define PHYSICAL_RATE_CONTROL_SETTINGS_H

#include "area.h"
#include "mobility-settings.h"
#include "settings.h"

#include <cstdint>
#include <string>

namespace physical {

inline constexpr double LIGHT_MPS = 299'792'458;

/// Settings of the scenario; the initial values are the defaults.
struct RateControlSettings {
    double duration_s = 10;
    double warmup_s = 1;
    std::uint32_t n_stations = 1;

    std::string band_ghz = "5";
    std::uint32_t width_mhz = 20;
    std::uint32_t guard_interval_ns = 800;
    std::uint32_t streams = 1;
    double power_dbm = 16;
    double path_loss_exponent = 3;
    std::uint32_t ampdu_byte = 65'535;

    std::string fading = "jakes";
    double fading_speed_mps = 1.4;
    double nakagami_m = 1;

    double distance_m = 15;
    double area_m = 60;
    MobilitySettings mobility;

    std::string direction = "downlink";
    std::string traffic = "saturated";
    double rate_mbps = 10;
    std::uint32_t payload_byte = 1500;

    double interferer_distance_m = 0;
    double interferer_load = 0.2;

    std::uint32_t ask_frames = 1;
    double ask_ms = 0;

    void Declare(Settings& settings);
    /// @throws SettingError if settings contradict each other
    void Check() const;

    double CarrierHz() const;
    /// Around the access point.
    Area MovementArea() const;
    /// The fastest change of the channel: v f / c.
    double DopplerHz() const;
};

}  // namespace physical

#endif
