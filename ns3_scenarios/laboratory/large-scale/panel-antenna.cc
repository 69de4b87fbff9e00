// SPDX-License-Identifier: GPL-2.0-only
#include "panel-antenna.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace physical {

namespace {

constexpr int ELEMENTS = 10;
constexpr double TILT_DEG = 102;
constexpr double BEAMWIDTH_DEG = 65;
constexpr double GREATEST_LOSS_DB = 30;
constexpr double ELEMENT_GAIN_DBI = 8;

double Radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

/// Table 7.3-1.
double ElementGainDb(double zenith_deg, double azimuth_deg) {
    const auto loss_db = [](double angle_deg) {
        return std::min(12 * std::pow(angle_deg / BEAMWIDTH_DEG, 2), GREATEST_LOSS_DB);
    };
    return ELEMENT_GAIN_DBI -
           std::min(loss_db(zenith_deg - 90) + loss_db(azimuth_deg), GREATEST_LOSS_DB);
}

}  // namespace

double PanelGainDb(double zenith_deg, double azimuth_deg) {
    const double step =
        std::numbers::pi * (std::cos(Radians(zenith_deg)) - std::cos(Radians(TILT_DEG)));
    std::complex<double> sum = 0;
    for (int element = 0; element < ELEMENTS; ++element) {
        sum += std::polar(1.0, step * element);
    }
    // The power is divided among the elements. A null of the sum is none of the real antenna.
    const double array = std::max(std::norm(sum) / ELEMENTS, 1e-6);
    return ElementGainDb(zenith_deg, azimuth_deg) + 10 * std::log10(array);
}

}  // namespace physical
