// SPDX-License-Identifier: MIT
// Elementary functions: in double those of the C library, in float polynomials that compilers turn
// into vector instructions, and that give the same bits on every machine.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace twin {

/// From 2 atanh(t) = ln((1 + t)/(1 - t)) with |t| < 0.172 (Abramowitz and Stegun 1964, 4.1.27);
/// of positive numbers, to 3e-7, or to that part of results above 1.
inline float Log2(float x) {
    constexpr float TWO_OVER_LN2 = 2.88539008f;
    const auto bits = std::bit_cast<std::int32_t>(x);
    // The mantissa, from 1/sqrt(2) to sqrt(2).
    const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
    const auto mantissa = std::bit_cast<float>(bits - (exponent << 23));
    const float t = (mantissa - 1) / (mantissa + 1);
    const float square = t * t;
    const float series =
        1 + square * (1.f / 3 + square * (1.f / 5 + square * (1.f / 7 + square * (1.f / 9))));
    return static_cast<float>(exponent) + TWO_OVER_LN2 * t * series;
}

/// By its Taylor series about the next integer (Abramowitz and Stegun 1964, 4.2.1); relative error
/// below 3e-7 from -126 to 126, beyond which it is constant.
inline float Exp2(float x) {
    x = std::min(std::max(x, -126.f), 126.f);
    const auto whole = static_cast<std::int32_t>(x + (x < 0 ? -0.5f : 0.5f));
    const float y = (x - static_cast<float>(whole)) * 0.693147181f;
    const float power =
        1 +
        y * (1 + y * (1.f / 2 + y * (1.f / 6 + y * (1.f / 24 + y * (1.f / 120 +
                                                                    y * (1.f / 720 + y / 5040))))));
    return power * std::bit_cast<float>((whole + 127) << 23);
}

inline float Exp(float x) {
    return Exp2(x * 1.44269504f);
}
inline double Exp(double x) {
    return std::exp(x);
}

inline float Log10(float x) {
    return Log2(x) * 0.301029996f;
}
inline double Log10(double x) {
    return std::log10(x);
}

/// Of decibels; ToDb is its inverse.
inline float FromDb(float x_db) {
    return Exp2(x_db * 0.332192809f);
}
inline double FromDb(double x_db) {
    return std::pow(10.0, x_db / 10);
}

template <class Real>
Real ToDb(Real x) {
    return 10 * Log10(x);
}

/// 1 / (1 + exp(-x)).
template <class Real>
Real Logistic(Real x) {
    return 1 / (1 + Exp(-std::min(std::max(x, Real(-50)), Real(50))));
}

}  // namespace twin
