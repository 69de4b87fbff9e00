// SPDX-License-Identifier: GPL-2.0-only
#include "channel/wifi-environment.h"

#include "channel/tgax-loss-model.h"

namespace physical {

namespace {

double Always(double /*distance_m*/, double /*height_m*/) {
    return 1;
}

/// IEEE 802.11-14/0980r16: 5 dB of shadowing. It is independent for each link there; over a plane
/// it needs a distance, and gets that of TR 38.901 InH without line of sight (Table 7.5-6).
const std::vector<PropagationEnvironment>& TgaxEnvironments() {
    static const std::vector<PropagationEnvironment> environments{
        {"tgax-residential", TgaxResidentialLossModel::GetTypeId(), Always, 10, 5, 5, 5, 6, 6, 7},
        {"tgax-enterprise", TgaxEnterpriseLossModel::GetTypeId(), Always, 10, 5, 5, 5, 6, 6, 7},
    };
    return environments;
}

}  // namespace

std::vector<std::string> WifiEnvironmentNames() {
    std::vector<std::string> names = PropagationEnvironmentNames();
    for (const PropagationEnvironment& environment : TgaxEnvironments()) {
        names.push_back(environment.name);
    }
    return names;
}

const PropagationEnvironment& FindWifiEnvironment(const std::string& name) {
    for (const PropagationEnvironment& environment : TgaxEnvironments()) {
        if (environment.name == name) {
            return environment;
        }
    }
    return FindPropagationEnvironment(name);
}

}  // namespace physical
