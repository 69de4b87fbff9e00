// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CELLULAR_SETTINGS_H
#define PHYSICAL_CELLULAR_SETTINGS_H

#include "channel/channel-settings.h"
#include "settings.h"

#include <cstdint>
#include <string>

namespace physical {

/// Which groups of the state are observed; one that is not costs nothing.
struct StateSettings {
    bool radio = true;
    bool mac = true;
    bool bearers = true;
};

/// What a user can set of the LTE network; the initial values are the defaults.
struct CellularSettings {
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

    std::string error_model = "search";
    std::string pcap;  ///< folder; empty: none

    /// Whether the agent divides the band of each cell.
    bool HasBandwidthShares() const { return scheduler == "shares"; }

    void Declare(Settings& settings);
    /// @throws SettingError if settings contradict each other
    void Check() const;
};

}  // namespace physical

#endif
