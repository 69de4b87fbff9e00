// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DELAY_PROFILE_H
#define PHYSICAL_DELAY_PROFILE_H

#include <string>
#include <vector>

namespace physical {

/// An echo: how much later than the first it arrives and with which relative mean power.
struct DelayTap {
    double delay_ns;
    double power_db;
};

/// A multipath profile of TS 36.101 Annex B.2.1.
struct DelayProfile {
    std::string name;  ///< as users call it
    std::vector<DelayTap> taps;
};

/// Names of the known profiles.
std::vector<std::string> DelayProfileNames();

/// @throws SettingError if there is no profile of this name
const DelayProfile& FindDelayProfile(const std::string& name);

}  // namespace physical

#endif
