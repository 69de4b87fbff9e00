// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CELLULAR_SETTINGS_H
#define PHYSICAL_CELLULAR_SETTINGS_H

#include "channel/channel-settings.h"
#include "layout/layout-settings.h"
#include "mobility-settings.h"
#include "retraining-jobs.h"
#include "settings.h"
#include "traffic-settings.h"

#include <cstdint>
#include <string>

namespace physical {

/// Which groups of the state are observed; one that is not costs nothing.
struct StateSettings {
    bool radio = true;
    bool mac = true;
    bool bearers = true;
};

/// What a user can set of the cellular scenario; the initial values are the defaults.
struct CellularSettings {
    std::uint32_t n_ue = 20;
    std::uint32_t n_bs = 3;

    LayoutSettings layout;
    MobilitySettings mobility;

    ChannelSettings channel;

    double downlink_mhz = 2120;
    std::uint32_t bandwidth_rb = 25;
    double bs_power_dbm = 43;
    double ue_power_dbm = 23;
    double bs_noise_figure_db = 5;
    double ue_noise_figure_db = 9;
    std::string scheduler = "shares";
    std::string bandwidth_mode = "work-conserving";
    bool ideal_rrc = true;

    StateSettings state;

    TrafficSettings traffic;

    double capacity_hz = 2e9;
    std::string compute_mode = "work-conserving";

    RetrainingSettings retraining;

    std::string error_model = "search";

    /// Whether the agent divides the band of each cell.
    bool HasBandwidthShares() const { return scheduler == "shares"; }

    void Declare(Settings& settings);
    /// @throws SettingError if settings contradict each other
    void Check() const;
};

}  // namespace physical

#endif
