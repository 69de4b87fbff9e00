// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRAFFIC_CLASS_H
#define PHYSICAL_TRAFFIC_CLASS_H

#include "settings.h"
#include "traffic-settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// Users whose tasks follow the same settings.
struct TrafficClass {
    std::string name;
    std::uint32_t n_ue = 1;
    double size_bit = 0;  ///< of every task; 0: as the law says
    TrafficSettings law;

    /// What an item of `traffic.classes` may give.
    void Declare(Settings& settings);
};

/// The classes of users in their order; all users are one without `traffic.classes`.
/// @throws SettingError naming the class that makes no sense, or if they are not n_ue users
std::vector<TrafficClass> TrafficClasses(const TrafficSettings& settings, std::uint32_t n_ue);

}  // namespace physical

#endif
