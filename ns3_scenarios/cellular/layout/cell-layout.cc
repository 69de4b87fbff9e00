// SPDX-License-Identifier: GPL-2.0-only
#include "layout/cell-layout.h"

#include "layout/hexagonal-layout.h"
#include "layout/site-list.h"

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

}  // namespace physical
