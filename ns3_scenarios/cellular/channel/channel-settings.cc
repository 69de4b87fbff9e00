// SPDX-License-Identifier: GPL-2.0-only
#include "channel/channel-settings.h"

#include "channel/delay-profile.h"
#include "propagation-environment.h"

namespace physical {

void ChannelSettings::Declare(Settings& settings) {
    settings.Choice("channel.environment", environment, PropagationEnvironmentNames(),
                    "path loss, line of sight and shadowing of 3GPP TR 38.901");
    settings.Choice("channel.line_of_sight", line_of_sight, {"map", "buildings"},
                    "what decides on line of sight: a random map with the probability of TR 38.901,"
                    " or buildings in a Manhattan grid, into which signals go weakened");
    settings.Flag("channel.shadowing", shadowing, "log-normal shadowing, correlated in space");
    settings.Real("channel.site_correlation", site_correlation, 0, 1, "1",
                  "correlation of the shadowing of two sites (TR 36.814, A.2.1.1.1: 0.5)");
    std::vector<std::string> fadings = DelayProfileNames();
    fadings.insert(fadings.begin(), "none");
    settings.Choice("channel.fading", fading, fadings,
                    "fast fading, Rayleigh or, in line of sight, Rician, with a delay profile of"
                    " TS 36.101 Annex B.2.1: pedestrian, vehicular or typical urban");
    buildings.Declare(settings);
}

void ChannelSettings::Check() const {
    if (HasBuildings() && environment == "inh") {
        throw SettingError(
            "setting channel.line_of_sight = \"buildings\": not with channel.environment = inh,"
            " which is the inside of one building");
    }
}

}  // namespace physical
