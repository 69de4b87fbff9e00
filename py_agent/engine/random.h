// SPDX-License-Identifier: MIT
// Random numbers that are a function of seed, stream and counters alone: what happens in one
// rollout does not depend on others, and two policies under one seed meet the same walks, tasks and
// fades.
#pragma once

#include "laws/elementary.h"

#include <cmath>
#include <cstdint>

namespace twin {

/// What a random number is for: streams do not disturb each other.
enum class Stream : std::uint64_t {
    PLACE = 1,
    LEG,
    RESIDUAL_START,
    RESIDUAL,
    CORRECTION_START,
    CORRECTION,
    TRAFFIC_STATE,
    TRAFFIC_PERIOD,
    TRAFFIC_GAP,
    TASK_SIZE,
    USER_CYCLES,
    TASK_CYCLES,
    PIPELINE,
    HANDOVER,
    LEARNING,
    ESTIMATE,
    STAY,
    ARRIVAL,
};

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
inline std::uint64_t Mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
}

/// Standard normal number of a uniform one (Giles 2011, single precision).
inline float NormalQuantile(float uniform) {
    const float x = 2 * uniform - 1;
    float w = -std::log((1 - x) * (1 + x));
    float p;
    if (w < 5) {
        w -= 2.5f;
        p = 2.81022636e-08f;
        p = 3.43273939e-07f + p * w;
        p = -3.5233877e-06f + p * w;
        p = -4.39150654e-06f + p * w;
        p = 0.00021858087f + p * w;
        p = -0.00125372503f + p * w;
        p = -0.00417768164f + p * w;
        p = 0.246640727f + p * w;
        p = 1.50140941f + p * w;
    } else {
        w = std::sqrt(w) - 3;
        p = -0.000200214257f;
        p = 0.000100950558f + p * w;
        p = 0.00134934322f + p * w;
        p = -0.00367342844f + p * w;
        p = 0.00573950773f + p * w;
        p = -0.0076224613f + p * w;
        p = 0.00943887047f + p * w;
        p = 1.00167406f + p * w;
        p = 2.83297682f + p * w;
    }
    return 1.41421356f * p * x;
}

/// The numbers of one seed, stream and counter, by element.
class Draws {
  public:
    Draws(std::uint64_t seed, Stream stream, std::uint64_t counter)
        : m_key(Mix(Mix(seed + static_cast<std::uint64_t>(stream) * GOLDEN) + counter * GOLDEN)) {}

    std::uint64_t Hash(std::uint64_t element) const { return Mix(m_key + element * GOLDEN); }

    /// In (0, 1).
    float Uniform(std::uint64_t element) const {
        constexpr int BITS = 23;  // with the half that keeps it from 0 and 1, what a float holds
        constexpr float STEP = 1.f / (1 << BITS);
        return (static_cast<float>(Hash(element) >> (64 - BITS)) + 0.5f) * STEP;
    }

    float Normal(std::uint64_t element) const { return NormalQuantile(Uniform(element)); }

    /// Of mean 1.
    double Exponential(std::uint64_t element) const {
        return -std::log(static_cast<double>(Uniform(element)));
    }

    /// Numbers of mean 0 and variance 1, uniform: cheap steps for processes with long memory. A
    /// Gauss-Markov process that forgets over some tens of steps is normal to within a per cent all
    /// the same, by the central limit theorem.
    void FillNoise(float* values, std::size_t n) const {
        constexpr int BITS = 21;  // three to a hash
        constexpr auto MASK = (std::uint64_t(1) << BITS) - 1;
        constexpr float SCALE = 3.46410162f / (1 << BITS);
        const auto number = [](std::uint64_t hash, std::size_t k) {
            const auto part = static_cast<std::int32_t>((hash >> (k * BITS)) & MASK);
            return static_cast<float>(part) * SCALE - 1.73205081f;
        };
        const std::size_t whole = n / 3;
        for (std::size_t i = 0; i < whole; ++i) {
            const std::uint64_t hash = Hash(i);
            for (std::size_t k = 0; k < 3; ++k) {
                values[3 * i + k] = number(hash, k);
            }
        }
        for (std::size_t k = 0; 3 * whole + k < n; ++k) {
            values[3 * whole + k] = number(Hash(whole), k);
        }
    }

  private:
    static constexpr std::uint64_t GOLDEN = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio

    std::uint64_t m_key;
};

}  // namespace twin
