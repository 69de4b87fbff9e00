// SPDX-License-Identifier: GPL-2.0-only
#include "cell-layout.h"

#include "hexagonal-layout.h"
#include "site-list.h"

#include <algorithm>
#include <limits>

namespace physical {

std::vector<CellPlace> PlaceCells(const LayoutSettings& settings, std::uint32_t n_bs) {
    // Neighbours in the grid stand at multiples of 60°: three sectors look between them.
    constexpr double FIRST_AZIMUTH_DEG = 30;
    const auto sites = settings.positions.empty()
                           ? HexagonalLayout(n_bs / settings.sectors, settings.site_distance_m,
                                             settings.bs_height_m)
                           : ReadSites(settings.positions, settings.bs_height_m);
    std::vector<CellPlace> cells;
    for (const ns3::Vector& site : sites) {
        if (settings.sectors == 1) {
            cells.push_back({site, 0});
            continue;
        }
        for (std::uint32_t sector = 0; sector < settings.sectors; ++sector) {
            cells.push_back({site, FIRST_AZIMUTH_DEG + 360.0 * sector / settings.sectors});
        }
    }
    return cells;
}

Area UserArea(const LayoutSettings& settings, const std::vector<CellPlace>& cells) {
    constexpr double FAR = std::numeric_limits<double>::infinity();
    const double margin_m = settings.site_distance_m / 2;
    Area area{FAR, -FAR, FAR, -FAR};
    for (const CellPlace& cell : cells) {
        area = {std::min(area.min_x_m, cell.position.x - margin_m),
                std::max(area.max_x_m, cell.position.x + margin_m),
                std::min(area.min_y_m, cell.position.y - margin_m),
                std::max(area.max_y_m, cell.position.y + margin_m)};
    }
    return area;
}

}  // namespace physical
