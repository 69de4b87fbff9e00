// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_LAYOUT_SETTINGS_H
#define PHYSICAL_LAYOUT_SETTINGS_H

#include "settings.h"

#include <cstdint>
#include <string>

namespace physical {

/// Where the masts stand and what antennas they carry.
struct LayoutSettings {
    std::string positions;  ///< empty: hexagonal grid
    double site_distance_m = 500;
    double bs_height_m = 25;
    std::uint32_t sectors = 1;
    double sector_gain_dbi = 14;
    double sector_downtilt_deg = 15;

    void Declare(Settings& settings);
    /// For a radio that has sector antennas.
    void DeclareSectors(Settings& settings);
    /// @throws SettingError if settings contradict each other
    void Check(std::uint32_t n_bs) const;
};

}  // namespace physical

#endif
