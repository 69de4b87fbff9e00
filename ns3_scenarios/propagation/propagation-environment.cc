// SPDX-License-Identifier: GPL-2.0-only
#include "propagation-environment.h"

#include "settings.h"
#include "street-canyon-loss-model.h"

#include "ns3/three-gpp-propagation-loss-model.h"

#include <cmath>

namespace physical {

namespace {

// 3GPP TR 38.901 Table 7.4.2-1.

double UrbanMacroLos(double d_m, double ue_height_m) {
    if (d_m <= 18) {
        return 1;
    }
    const double on_the_ground = 18 / d_m + std::exp(-d_m / 63) * (1 - 18 / d_m);
    if (ue_height_m <= 13) {
        return on_the_ground;
    }
    return on_the_ground * (1 + std::pow((ue_height_m - 13) / 10, 1.5) * 1.25 *
                                    std::pow(d_m / 100, 3) * std::exp(-d_m / 150));
}

double UrbanMicroLos(double d_m, double /*ue_height_m*/) {
    return d_m <= 18 ? 1 : 18 / d_m + std::exp(-d_m / 36) * (1 - 18 / d_m);
}

double RuralMacroLos(double d_m, double /*ue_height_m*/) {
    return d_m <= 10 ? 1 : std::exp(-(d_m - 10) / 1000);
}

double IndoorMixedOfficeLos(double d_m, double /*ue_height_m*/) {
    if (d_m <= 1.2) {
        return 1;
    }
    return d_m < 6.5 ? std::exp(-(d_m - 1.2) / 4.7) : std::exp(-(d_m - 6.5) / 32.6) * 0.32;
}

const std::vector<PropagationEnvironment>& Environments() {
    static const std::vector<PropagationEnvironment> environments{
        {"uma", ns3::ThreeGppUmaPropagationLossModel::GetTypeId(), UrbanMacroLos, 50, 4, 6, 7, 37,
         50, 9},
        {"umi", StreetCanyonLossModel::GetTypeId(), UrbanMicroLos, 50, 4, 7.82, 7, 10, 13, 9},
        // σ = 4 dB in line of sight holds up to the break point, some 1.5 km away at 2 GHz.
        {"rma", ns3::ThreeGppRmaPropagationLossModel::GetTypeId(), RuralMacroLos, 60, 4, 8, 8, 37,
         120, 7},
        // All is indoors: nobody is reached from outside.
        {"inh", ns3::ThreeGppIndoorOfficePropagationLossModel::GetTypeId(), IndoorMixedOfficeLos,
         10, 3, 8.03, 8.03, 10, 6, 7},
    };
    return environments;
}

}  // namespace

std::vector<std::string> PropagationEnvironmentNames() {
    std::vector<std::string> names;
    for (const PropagationEnvironment& environment : Environments()) {
        names.push_back(environment.name);
    }
    return names;
}

const PropagationEnvironment& FindPropagationEnvironment(const std::string& name) {
    for (const PropagationEnvironment& environment : Environments()) {
        if (environment.name == name) {
            return environment;
        }
    }
    throw SettingError("unknown propagation environment \"" + name + "\"");
}

}  // namespace physical
