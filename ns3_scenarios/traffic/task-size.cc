// SPDX-License-Identifier: GPL-2.0-only
#include "task-size.h"

#include "normal-cdf.h"

#include <cmath>

namespace physical {

double TaskSize::QuantileBit(double u) const {
    const double a = m_settings.size_min_bit;
    const double b = m_settings.size_max_bit;
    if (a == b || m_settings.size_model == "uniform") {
        return a + u * (b - a);
    }
    if (m_settings.size_model == "lognormal") {
        return LognormalQuantileBit(u);
    }
    const double alpha = m_settings.size_alpha;
    return a * std::pow(1 - u * (1 - std::pow(a / b, alpha)), -1 / alpha);
}

double TaskSize::MeanBit() const {
    const double a = m_settings.size_min_bit;
    const double b = m_settings.size_max_bit;
    if (a == b || m_settings.size_model == "uniform") {
        return (a + b) / 2;
    }
    if (m_settings.size_model == "lognormal") {
        return LognormalMeanBit();
    }
    // By a / b alone: powers of bits leave the range of a double.
    const double alpha = m_settings.size_alpha;
    const double log_ratio = std::log(b / a);
    const double tail = alpha == 1 ? log_ratio : -std::expm1((1 - alpha) * log_ratio) / (alpha - 1);
    return a * alpha * tail / -std::expm1(-alpha * log_ratio);
}

double TaskSize::LognormalScore(double size_bit) const {
    return std::log(size_bit / m_settings.size_median_bit) / m_settings.size_sigma;
}

double TaskSize::LognormalQuantileBit(double u) const {
    double low = LognormalScore(m_settings.size_min_bit);
    double high = LognormalScore(m_settings.size_max_bit);
    const double probability = NormalCdf(low) + u * (NormalCdf(high) - NormalCdf(low));
    constexpr int HALVINGS = 50;  // of at most a few thousand: below the resolution of a double
    for (int i = 0; i < HALVINGS; ++i) {
        const double middle = (low + high) / 2;
        (NormalCdf(middle) < probability ? low : high) = middle;
    }
    return m_settings.size_median_bit * std::exp(m_settings.size_sigma * low);
}

double TaskSize::LognormalMeanBit() const {
    const double sigma = m_settings.size_sigma;
    const double low = LognormalScore(m_settings.size_min_bit);
    const double high = LognormalScore(m_settings.size_max_bit);
    return m_settings.size_median_bit * std::exp(sigma * sigma / 2) *
           (NormalCdf(high - sigma) - NormalCdf(low - sigma)) / (NormalCdf(high) - NormalCdf(low));
}

}  // namespace physical
