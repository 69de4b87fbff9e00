// SPDX-License-Identifier: GPL-2.0-only
#include "layout-settings.h"

#include "site-list.h"

namespace physical {

void LayoutSettings::Declare(Settings& settings) {
    settings.Text("layout.positions", positions,
                  "sites \"x,y; x,y; …\" in m, each with an optional third number, its height; or"
                  " the name of a .csv file with one site per line; empty: hexagonal grid");
    settings.Real("layout.site_distance_m", site_distance_m, 20, 1e4, "m",
                  "distance of neighbouring sites (hexagonal grid); users move up to half of it"
                  " beyond the outermost sites");
    settings.Real("layout.bs_height_m", bs_height_m, MIN_BS_HEIGHT_M, MAX_BS_HEIGHT_M, "m",
                  "height of the antennas");
}

void LayoutSettings::DeclareSectors(Settings& settings) {
    settings.Integer("layout.sectors", sectors, 1, 3, "cells",
                     "cells per site: 1 (omnidirectional) or 3 (antennas of TR 36.814 Table"
                     " A.2.1.1-2 towards 30°, 150° and 270°)");
    settings.Real("layout.sector_gain_dbi", sector_gain_dbi, -20, 40, "dBi",
                  "with 3 sectors: gain of an antenna in its main direction, cable loss included");
    settings.Real("layout.sector_downtilt_deg", sector_downtilt_deg, -90, 90, "°",
                  "with 3 sectors: how far below the horizon the antennas look");
}

void LayoutSettings::Check(std::uint32_t n_bs) const {
    if (sectors == 2) {
        throw SettingError("setting layout.sectors = 2: must be 1 or 3");
    }
    if (n_bs % sectors != 0) {
        throw SettingError("setting n_bs = " + std::to_string(n_bs) +
                           ": must be a multiple of layout.sectors = " + std::to_string(sectors));
    }
    if (positions.empty()) {
        return;
    }
    const std::size_t n_sites = ReadSites(positions, bs_height_m).size();
    if (n_sites * sectors != n_bs) {
        throw SettingError("setting n_bs = " + std::to_string(n_bs) + ": layout.positions has " +
                           std::to_string(n_sites) + " sites with " + std::to_string(sectors) +
                           " cells each, so it must be " + std::to_string(n_sites * sectors));
    }
}

}  // namespace physical
