// SPDX-License-Identifier: GPL-2.0-only
#include "hexagonal-layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

namespace physical {

std::vector<ns3::Vector> HexagonalLayout(std::size_t n_sites, double distance_m, double height_m) {
    // Axial coordinates (q, r): a grid large enough for the sites and then some.
    const int rings = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(n_sites)))) + 1;
    std::vector<std::tuple<double, double, double, double>> grid;  // distance, angle, x, y
    for (int q = -rings; q <= rings; ++q) {
        for (int r = -rings; r <= rings; ++r) {
            const double x = distance_m * (q + r / 2.0);
            const double y = distance_m * (std::numbers::sqrt3 / 2) * r;
            // Rounded: sites of one ring must not be ordered by noise in the last digit.
            const double ring = std::round(std::hypot(x, y) / distance_m * 1e6);
            const double angle = std::round((std::atan2(y, x) + std::numbers::pi) * 1e6);
            grid.emplace_back(ring, angle, x, y);
        }
    }
    std::sort(grid.begin(), grid.end());
    grid.resize(n_sites);

    double centre_x = 0;
    double centre_y = 0;
    for (const auto& [ring, angle, x, y] : grid) {
        centre_x += x / static_cast<double>(n_sites);
        centre_y += y / static_cast<double>(n_sites);
    }
    std::vector<ns3::Vector> sites;
    for (const auto& [ring, angle, x, y] : grid) {
        sites.emplace_back(x - centre_x, y - centre_y, height_m);
    }
    return sites;
}

}  // namespace physical
