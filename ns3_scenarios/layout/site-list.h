// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SITE_LIST_H
#define PHYSICAL_SITE_LIST_H

#include "ns3/vector.h"

#include <string>
#include <vector>

namespace physical {

/// Bounds of the height of an antenna.
constexpr double MIN_BS_HEIGHT_M = 5;
constexpr double MAX_BS_HEIGHT_M = 150;

/// Read the sites that a user gives: "x,y[,height]; …" in m, or the name of a .csv or .csv.gz file
/// with the columns x_m, y_m and, if wanted, height_m and id (also without the unit); if its first
/// line holds numbers alone, they are x, y and height.
/// @param height_m of the sites that give none
/// @throws SettingError naming the site that cannot be read, or is out of bounds
std::vector<ns3::Vector> ReadSites(const std::string& positions, double height_m);

}  // namespace physical

#endif
