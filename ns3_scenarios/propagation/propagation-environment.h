// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PROPAGATION_ENVIRONMENT_H
#define PHYSICAL_PROPAGATION_ENVIRONMENT_H

#include "ns3/type-id.h"

#include <string>
#include <vector>

namespace physical {

/// What 3GPP TR 38.901 says of one environment, beside the path loss that ns-3 implements.
struct PropagationEnvironment {
    std::string name;  ///< as users call it
    ns3::TypeId path_loss;
    double (*los_probability)(double distance_2d_m, double ue_height_m);  ///< Table 7.4.2-1
    double los_correlation_m;                                             ///< Table 7.6.3.1-2
    double shadowing_los_db;  ///< standard deviation, Table 7.4.1-1
    double shadowing_nlos_db;
    double shadowing_indoor_db;          ///< of users in buildings, from outside: Table 7.5-6, O2I
    double shadowing_los_correlation_m;  ///< Table 7.5-6
    double shadowing_nlos_correlation_m;
    double rician_k_db;  ///< mean in line of sight, Table 7.5-6
};

/// Names of the known environments.
std::vector<std::string> PropagationEnvironmentNames();

/// @throws SettingError if there is no environment of this name
const PropagationEnvironment& FindPropagationEnvironment(const std::string& name);

}  // namespace physical

#endif
