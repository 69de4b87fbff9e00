// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace-file.h"
#include "text-reader-table.h"

namespace physical {

TracePart ReadFcdCsv(TextReader& text, const TraceWindow& window) {
    enum Column { TIME, ID, X, Y, SPEED };
    // What else SUMO writes depends on its options, and says nothing of where users are.
    TableReader table(text,
                      {{{"time", "timestep_time"}},
                       {{"id", "vehicle_id", "person_id"}},
                       {{"x", "vehicle_x", "person_x"}},
                       {{"y", "vehicle_y", "person_y"}},
                       {{"speed", "vehicle_speed", "person_speed"}, false}},
                      TableReader::Others::IGNORED);
    TraceCollector collector(window);
    std::optional<double> time_s;
    std::optional<double> fastest_mps;
    while (!collector.IsComplete() && table.NextRow()) {
        const double next_s = table.TimeS(TIME, 0, MAX_TRACE_TIME_S);
        if (next_s != time_s) {
            collector.StartTime(next_s, table.Line());
            time_s = next_s;
        }
        if (table.Cell(ID).empty()) {
            if (table.Cell(X).empty() && table.Cell(Y).empty()) {
                continue;  // a timestep with nobody in it
            }
            throw TextError(table.Line(), "id = \"\": must say who this is");
        }
        if (TracePath* path = collector.Find(std::string(table.Cell(ID)), table.Line())) {
            collector.Add(*path, window.X(table.Cell(X), table.Line()),
                          window.Y(table.Cell(Y), table.Line()));
            if (table.Has(SPEED)) {
                fastest_mps = std::max(fastest_mps.value_or(0), table.Number(SPEED, -1e6, 1e6));
            }
        }
    }
    TracePart part = collector.Take();
    part.fastest_mps = fastest_mps;
    return part;
}

}  // namespace physical
