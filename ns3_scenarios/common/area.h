// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AREA_H
#define PHYSICAL_AREA_H

namespace physical {

/// The rectangle in which users move.
struct Area {
    double min_x_m;
    double max_x_m;
    double min_y_m;
    double max_y_m;

    double WidthM() const { return max_x_m - min_x_m; }
    double DepthM() const { return max_y_m - min_y_m; }
    bool Contains(double x_m, double y_m) const {
        return x_m >= min_x_m && x_m <= max_x_m && y_m >= min_y_m && y_m <= max_y_m;
    }
};

}  // namespace physical

#endif
