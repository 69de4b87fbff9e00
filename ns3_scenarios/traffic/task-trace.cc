// SPDX-License-Identifier: GPL-2.0-only
#include "task-trace.h"

#include "message.h"
#include "settings.h"
#include "text-reader-table.h"

#include <algorithm>
#include <cmath>

namespace physical {

namespace {

TaskTrace Parse(const std::string& path, std::uint32_t n_ue) {
    enum Column { TIME, UE, SIZE, CYCLES };
    TextReader text(path);
    TableReader table(text, {{{"time_s"}}, {{"ue"}}, {{"size_bit"}}, {{"cycles"}, false}});
    TaskTrace trace(n_ue);
    double last_s = 0;
    while (table.NextRow()) {
        const double time_s = table.TimeS(TIME, 0, 1e9);
        if (time_s < last_s) {
            throw TextError(table.Line(), "time_s = " + std::string(table.Cell(TIME)) +
                                              " goes back in time, from " +
                                              message::Number(last_s));
        }
        last_s = time_s;
        const double ue = table.Integer(UE, 0, n_ue - 1.0);
        trace[static_cast<std::size_t>(ue)].push_back(
            {time_s, static_cast<std::uint32_t>(table.Integer(SIZE, 1, 1e8)),
             table.Has(CYCLES) ? table.Number(CYCLES, 1, 1e18) : NAN});
    }
    return trace;
}

}  // namespace

TaskTrace ReadTaskTrace(const std::string& path, std::uint32_t n_ue) {
    try {
        TaskTrace trace = Parse(path, n_ue);
        if (std::all_of(trace.begin(), trace.end(), [](const auto& own) { return own.empty(); })) {
            throw std::runtime_error("holds no task");
        }
        return trace;
    } catch (const std::runtime_error& error) {
        throw SettingError("setting traffic.trace = " + Shown(path) + ": " + error.what());
    }
}

}  // namespace physical
