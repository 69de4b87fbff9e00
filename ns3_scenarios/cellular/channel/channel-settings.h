// SPDX-License-Identifier: GPL-2.0-only
#ifndef TWIN_CHANNEL_SETTINGS_H
#define TWIN_CHANNEL_SETTINGS_H

#include "settings.h"

#include <string>

namespace twin {

/// What happens to a signal between a base station and a user.
struct ChannelSettings {
    std::string environment = "uma";
    bool shadowing = true;
    double site_correlation = 0.5;
    std::string fading = "none";

    void Declare(Settings& settings);
};

}  // namespace twin

#endif
