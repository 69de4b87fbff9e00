// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_NORMAL_CDF_H
#define PHYSICAL_NORMAL_CDF_H

#include <cmath>
#include <numbers>

namespace physical {

/// Standard normal distribution function.
inline double NormalCdf(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

}  // namespace physical

#endif
