// SPDX-License-Identifier: GPL-2.0-only
#include "cellular-settings.h"

#include "propagation-environment.h"

namespace twin {

void CellularSettings::Declare(Settings& settings) {
    settings.Integer("n_ue", n_ue, 1, 300, "users", "number of mobile users");
    settings.Integer("n_bs", n_bs, 1, 64, "cells", "number of base stations, one cell each");

    settings.Real("layout.site_distance_m", site_distance_m, 20, 1e4, "m",
                  "distance of neighbouring base stations (hexagonal grid)");
    settings.Real("layout.bs_height_m", bs_height_m, 5, 150, "m", "height of the antennas");
    settings.Real("mobility.speed_min_mps", speed_min_mps, 0.01, 100, "m/s",
                  "slowest walk (random waypoint, stationary start)");
    settings.Real("mobility.speed_max_mps", speed_max_mps, 0.01, 100, "m/s", "fastest walk");

    settings.Choice("channel.environment", environment, PropagationEnvironmentNames(),
                    "path loss, line of sight and shadowing of 3GPP TR 38.901");
    settings.Flag("channel.shadowing", shadowing, "log-normal shadowing, correlated in space");
    settings.Real("channel.site_correlation", site_correlation, 0, 1, "1",
                  "correlation of the shadowing of two sites (TR 36.814, A.2.1.1.1: 0.5)");

    settings.Choice("radio.scheduler", scheduler, {"shares", "pf", "rr"},
                    "MAC scheduler: the agent's shares (bandwidth_share), or ns-3's proportional"
                    " fair or round robin, which take none");
    settings.Choice("radio.bandwidth_mode", bandwidth_mode, {"work-conserving", "quota"},
                    "with shares: whether the share of an idle user is given to the others");
    settings.Integer("radio.bandwidth_rb", bandwidth_rb, 6, 100, "RB",
                     "resource blocks of each direction: 6, 15, 25, 50, 75 or 100");
    settings.Real("radio.bs_power_dbm", bs_power_dbm, -30, 60, "dBm",
                  "transmit power of a base station");
    settings.Real("radio.ue_power_dbm", ue_power_dbm, -30, 40, "dBm",
                  "maximum transmit power of a user");
    settings.Flag("radio.ideal_rrc", ideal_rrc,
                  "RRC messages arrive without errors and without using the radio");

    traffic.Declare(settings);

    settings.Real("compute.capacity_hz", capacity_hz, 1, 1e15, "cycles/s",
                  "processor of each edge server");
    settings.Choice("compute.mode", compute_mode, {"work-conserving", "quota"},
                    "whether the share of an idle user is given to the others");

    settings.Choice("speed.cqi_by", cqi_by, {"search", "ns3", "check"},
                    "who finds the channel quality indicators: a search that remembers, ns-3, or"
                    " both to compare; the same bits");
}

void CellularSettings::Check() const {
    if (speed_min_mps > speed_max_mps) {
        throw SettingError(
            "setting mobility.speed_min_mps = " + std::to_string(speed_min_mps) +
            ": must not exceed mobility.speed_max_mps = " + std::to_string(speed_max_mps));
    }
    const bool standard = bandwidth_rb == 6 || bandwidth_rb == 15 || bandwidth_rb == 25 ||
                          bandwidth_rb == 50 || bandwidth_rb == 75 || bandwidth_rb == 100;
    if (!standard) {
        throw SettingError("setting radio.bandwidth_rb = " + std::to_string(bandwidth_rb) +
                           ": must be one of 6, 15, 25, 50, 75, 100 (TS 36.101 Table 5.6-1)");
    }
    traffic.Check();
}

}  // namespace twin
