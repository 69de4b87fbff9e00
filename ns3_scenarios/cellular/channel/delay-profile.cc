// SPDX-License-Identifier: GPL-2.0-only
#include "channel/delay-profile.h"

#include "settings.h"

namespace physical {

namespace {

const std::vector<DelayProfile>& Profiles() {
    static const std::vector<DelayProfile> profiles{
        // Extended Pedestrian A, Table B.2.1-2
        {"epa", {{0, 0}, {30, -1}, {70, -2}, {90, -3}, {110, -8}, {190, -17.2}, {410, -20.8}}},
        // Extended Vehicular A, Table B.2.1-3
        {"eva",
         {{0, 0},
          {30, -1.5},
          {150, -1.4},
          {310, -3.6},
          {370, -0.6},
          {710, -9.1},
          {1090, -7},
          {1730, -12},
          {2510, -16.9}}},
        // Extended Typical Urban, Table B.2.1-4
        {"etu",
         {{0, -1},
          {50, -1},
          {120, -1},
          {200, 0},
          {230, 0},
          {500, 0},
          {1600, -3},
          {2300, -5},
          {5000, -7}}},
    };
    return profiles;
}

}  // namespace

std::vector<std::string> DelayProfileNames() {
    std::vector<std::string> names;
    for (const DelayProfile& profile : Profiles()) {
        names.push_back(profile.name);
    }
    return names;
}

const DelayProfile& FindDelayProfile(const std::string& name) {
    for (const DelayProfile& profile : Profiles()) {
        if (profile.name == name) {
            return profile;
        }
    }
    throw SettingError("unknown delay profile \"" + name + "\"");
}

}  // namespace physical
