// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_WIFI_ENVIRONMENT_H
#define PHYSICAL_WIFI_ENVIRONMENT_H

#include "propagation-environment.h"

#include <string>
#include <vector>

namespace physical {

/// Names of the environments that Wi-Fi can stand in: those of 3GPP TR 38.901 and of TGax.
std::vector<std::string> WifiEnvironmentNames();

/// @throws SettingError if there is no environment of this name
const PropagationEnvironment& FindWifiEnvironment(const std::string& name);

}  // namespace physical

#endif
