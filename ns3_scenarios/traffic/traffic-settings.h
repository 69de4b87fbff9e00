// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRAFFIC_SETTINGS_H
#define PHYSICAL_TRAFFIC_SETTINGS_H

#include "settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// How users create tasks; the initial values are the defaults.
struct TrafficSettings {
    std::string model = "on-off";
    double on_s = 2;
    double off_s = 2;
    double rate_hz = 1;
    double jitter_s = 0;
    std::string trace;
    std::string size_model = "uniform";
    double size_min_bit = 1e5;
    double size_max_bit = 7e5;
    double size_median_bit = 3e5;
    double size_sigma = 1;
    double size_alpha = 1.5;
    double cycles_per_bit = 1000;
    double cycles_ue_spread = 0;
    double cycles_task_spread = 0;
    double result_bit = 0;
    double result_ratio = 0;
    std::vector<Settings::Item> classes;  ///< empty: all users are alike

    bool HasResults() const { return result_bit > 0 || result_ratio > 0; }
    /// Size of the result of a task; 0: there is none to download.
    std::uint32_t ResultBit(std::uint32_t task_bit) const;

    void Declare(Settings& settings);
    /// When tasks come, how large they are and how much work they make, by a law.
    /// @param group before each name
    /// @param models among which `model` chooses
    void DeclareLaw(Settings& settings,
                    const std::string& group,
                    const std::vector<std::string>& models);
    /// @throws SettingError if settings contradict each other
    void Check() const;
};

}  // namespace physical

#endif
