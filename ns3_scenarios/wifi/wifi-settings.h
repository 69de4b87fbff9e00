// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_WIFI_SETTINGS_H
#define PHYSICAL_WIFI_SETTINGS_H

#include "settings.h"

#include <cstdint>
#include <string>

namespace physical {

/// What a user can set of the Wi-Fi network; the initial values are the defaults.
struct WifiSettings {
    std::string environment = "inh";
    bool shadowing = true;
    double site_correlation = 0.5;

    std::string standard = "ax";
    std::string band_ghz = "5";
    std::uint32_t width_mhz = 20;
    std::uint32_t channels = 0;
    std::string phy = "yans";
    std::uint32_t streams = 1;
    double ap_power_dbm = 20;
    double station_power_dbm = 15;
    double noise_figure_db = 7;
    std::string rate_control = "ideal";
    std::uint32_t constant_mcs = 4;
    std::uint32_t missed_beacons = 10;
    std::string shares = "service-periods";
    std::string bandwidth_mode = "work-conserving";
    bool downlink_shares = false;

    bool observe_frames = true;

    double distribution_rate_mbps = 1000;
    double distribution_delay_us = 20;

    /// Whether the agent divides the airtime of each access point.
    bool HasShares() const { return shares != "none"; }
    /// Frequency of the band, for the path loss.
    double FrequencyHz() const;

    void Declare(Settings& settings);
    /// @throws SettingError if settings contradict each other
    void Check() const;
    /// @throws SettingError if there are too few BSS colours for the access points
    void CheckColors(std::uint32_t n_bs) const;
};

}  // namespace physical

#endif
