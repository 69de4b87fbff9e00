// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SITE_LIST_H
#define PHYSICAL_SITE_LIST_H

#include "ns3/vector.h"

#include <string>
#include <vector>

namespace physical {

/// Read the sites that a user gives: "x,y[,height]; …" in m, or the name of a .csv file with one
/// site per line and an optional first line of names.
/// @param height_m of the sites that give none
/// @throws SettingError naming the site that cannot be read
std::vector<ns3::Vector> ReadSites(const std::string& positions, double height_m);

}  // namespace physical

#endif
