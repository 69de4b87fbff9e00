// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CELL_LAYOUT_H
#define PHYSICAL_CELL_LAYOUT_H

#include "area.h"
#include "layout-settings.h"

#include "ns3/vector.h"

#include <cstdint>
#include <vector>

namespace physical {

/// Where the antenna of a cell is and where it looks.
struct CellPlace {
    ns3::Vector position;
    double azimuth_deg;  ///< of the main direction, counter-clockwise from the x axis
};

/// The cells of all sites; those of one site are neighbours in the list.
/// @return [n_bs]
std::vector<CellPlace> PlaceCells(const LayoutSettings& settings, std::uint32_t n_bs);

/// Where users move: half a site distance beyond the cells.
Area UserArea(const LayoutSettings& settings, const std::vector<CellPlace>& cells);

}  // namespace physical

#endif
