// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CHANNEL_SETTINGS_H
#define PHYSICAL_CHANNEL_SETTINGS_H

#include "city-blocks.h"
#include "settings.h"

#include <string>

namespace physical {

/// What happens to a signal between a base station and a user.
struct ChannelSettings {
    std::string environment = "uma";
    bool shadowing = true;
    double site_correlation = 0.5;
    std::string line_of_sight = "map";
    std::string fading = "none";
    BuildingSettings buildings;

    bool HasBuildings() const { return line_of_sight == "buildings"; }

    void Declare(Settings& settings);
    /// @throws SettingError if settings contradict each other
    void Check() const;
};

}  // namespace physical

#endif
