// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_HEXAGONAL_LAYOUT_H
#define PHYSICAL_HEXAGONAL_LAYOUT_H

#include "ns3/vector.h"

#include <cstddef>
#include <vector>

namespace physical {

/// Sites of a hexagonal grid, the nearest to the origin first; the origin is their centre of mass.
/// @return [n_sites], z = height_m
std::vector<ns3::Vector> HexagonalLayout(std::size_t n_sites, double distance_m, double height_m);

}  // namespace physical

#endif
