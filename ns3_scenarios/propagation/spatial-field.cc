// SPDX-License-Identifier: GPL-2.0-only
#include "spatial-field.h"

#include <cmath>
#include <numbers>

namespace physical {

SpatialField::SpatialField(double correlation_m, ns3::Ptr<ns3::UniformRandomVariable> random) {
    for (Wave& wave : m_waves) {
        // The spectrum of exp(−d/D) in the plane: P(wave number < k) = 1 − 1/√(1 + k²D²), inverted.
        // The cut at u keeps waves shorter than a thousandth of D out: they would be noise.
        const double u = random->GetValue(0, 0.9999);
        const double k_per_m = std::sqrt(1 / ((1 - u) * (1 - u)) - 1) / correlation_m;
        const double angle = random->GetValue(0, 2 * std::numbers::pi);
        wave = {k_per_m * std::cos(angle), k_per_m * std::sin(angle),
                random->GetValue(0, 2 * std::numbers::pi)};
    }
}

double SpatialField::At(double x_m, double y_m) const {
    double sum = 0;
    for (const Wave& wave : m_waves) {
        sum += std::cos(wave.kx_per_m * x_m + wave.ky_per_m * y_m + wave.phase);
    }
    return sum * std::sqrt(2.0 / WAVES);
}

}  // namespace physical
