// SPDX-License-Identifier: GPL-2.0-only
#include "traffic-settings.h"

#include "message.h"
#include "traffic-class.h"

#include <cmath>

namespace physical {

void TrafficSettings::Declare(Settings& settings) {
    DeclareLaw(settings, "traffic.", {"on-off", "poisson", "periodic", "trace"});
    settings.Text("traffic.trace", trace,
                  "trace: CSV file with the columns time_s (from the first slot on), ue, size_bit"
                  " and, if wanted, cycles");
    settings.Real("traffic.result_bit", result_bit, 0, 1e8, "bit",
                  "result that the user downloads when its task is computed; 0: none");
    settings.Real("traffic.result_ratio", result_ratio, 0, 10, "1",
                  "and this part of the size of the task");
    TrafficClass of_item;
    Settings declared;
    of_item.Declare(declared);
    settings.List("traffic.classes", classes, declared,
                  "classes of users, in their order: users says how many, n_ue together; what a"
                  " class does not give is as above; empty: all users are alike");
}

void TrafficSettings::DeclareLaw(Settings& settings,
                                 const std::string& group,
                                 const std::vector<std::string>& models) {
    settings.Choice(group + "model", model, models, "when users create tasks");
    settings.Real(group + "on_s", on_s, 1e-3, 1e4, "s",
                  "on-off: mean length of a user's active period");
    settings.Real(group + "off_s", off_s, 0, 1e4, "s",
                  "on-off: mean length of a user's pause; 0: none");
    settings.Real(group + "rate_hz", rate_hz, 0, 1e3, "1/s",
                  "tasks per second and user; on-off: while active");
    settings.Real(group + "jitter_s", jitter_s, 0, 1e4, "s",
                  "periodic: each task comes late by a time uniform up to this");
    settings.Choice(group + "size_model", size_model, {"uniform", "lognormal", "bounded-pareto"},
                    "distribution of the size of a task, within its bounds");
    settings.Real(group + "size_min_bit", size_min_bit, 8, 1e8, "bit", "smallest task");
    settings.Real(group + "size_max_bit", size_max_bit, 8, 1e8, "bit", "largest task");
    settings.Real(group + "size_median_bit", size_median_bit, 8, 1e8, "bit",
                  "lognormal: median before the bounds cut");
    settings.Real(group + "size_sigma", size_sigma, 0.01, 10, "1",
                  "lognormal: standard deviation of the logarithm");
    settings.Real(group + "size_alpha", size_alpha, 0.01, 100, "1",
                  "bounded-pareto: exponent of the tail");
    settings.Real(group + "cycles_per_bit", cycles_per_bit, 1e-3, 1e9, "cycles/bit",
                  "mean work of a task at the edge server");
    settings.Real(group + "cycles_ue_spread", cycles_ue_spread, 0, 0.99, "1",
                  "cycles per bit differ between users, uniformly, by up to this part of the mean");
    settings.Real(group + "cycles_task_spread", cycles_task_spread, 0, 0.99, "1",
                  "and between the tasks of a user by up to this part of the user's mean");
}

std::uint32_t TrafficSettings::ResultBit(std::uint32_t task_bit) const {
    return static_cast<std::uint32_t>(std::ceil(result_bit + result_ratio * task_bit));
}

void TrafficSettings::Check() const {
    if (size_min_bit > size_max_bit) {
        throw SettingError(
            "setting traffic.size_min_bit = " + message::Number(size_min_bit) +
            ": must not exceed traffic.size_max_bit = " + message::Number(size_max_bit));
    }
    if (size_model == "lognormal" &&
        (size_median_bit < size_min_bit || size_median_bit > size_max_bit)) {
        throw SettingError(
            "setting traffic.size_median_bit = " + message::Number(size_median_bit) +
            ": must lie between traffic.size_min_bit = " + message::Number(size_min_bit) +
            " and traffic.size_max_bit = " + message::Number(size_max_bit));
    }
    if (model == "periodic" && jitter_s * rate_hz > 1) {
        throw SettingError("setting traffic.jitter_s = " + message::Number(jitter_s) +
                           ": must not exceed a period, " + message::Number(1 / rate_hz) + " s");
    }
    if ((model == "trace") != !trace.empty()) {
        throw SettingError("setting traffic.trace = " + message::Quote(trace) +
                           (trace.empty() ? ": must name a file with traffic.model = trace"
                                          : ": must be empty unless traffic.model = trace"));
    }
}

}  // namespace physical
