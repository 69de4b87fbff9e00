// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TASK_TRACE_H
#define PHYSICAL_TASK_TRACE_H

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// A task of a trace.
struct TracedTask {
    double time_s;  ///< from the first slot on
    std::uint32_t size_bit;
    double cycles;  ///< NaN: as the settings say
};

/// The tasks of each user, in order of time.
using TaskTrace = std::vector<std::vector<TracedTask>>;

/// Read a CSV file, also as .csv.gz, with the columns time_s, ue, size_bit and perhaps cycles, in
/// any order; times in seconds or as h:m:s.
/// @throws SettingError naming the line
TaskTrace ReadTaskTrace(const std::string& path, std::uint32_t n_ue);

}  // namespace physical

#endif
