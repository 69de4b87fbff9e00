// SPDX-License-Identifier: GPL-2.0-only
#include "task-trace.h"

#include "json.h"
#include "settings.h"
#include "text-reader.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

namespace physical {

namespace {

std::vector<std::string> SplitCells(std::string line) {
    std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    std::vector<std::string> cells;
    std::istringstream rest(line + ",");
    for (std::string cell; std::getline(rest, cell, ',');) {
        cells.push_back(cell);
    }
    return cells;
}

/// Which column holds what.
std::map<std::string, std::size_t> ReadHeader(const std::string& line) {
    std::map<std::string, std::size_t> columns;
    for (const std::string& name : SplitCells(line)) {
        if (name != "time_s" && name != "ue" && name != "size_bit" && name != "cycles") {
            throw TextError(
                1, "unknown column " + json::Quote(name) + "; known: time_s, ue, size_bit, cycles");
        }
        columns.emplace(name, columns.size());
    }
    for (const char* name : {"time_s", "ue", "size_bit"}) {
        if (!columns.contains(name)) {
            throw TextError(1, std::string("no column ") + name + " in the first line");
        }
    }
    return columns;
}

TaskTrace Parse(const std::string& text, std::uint32_t n_ue) {
    std::istringstream lines(text);
    std::string line;
    if (!std::getline(lines, line)) {
        throw std::runtime_error("is empty");
    }
    const auto columns = ReadHeader(line);
    TaskTrace trace(n_ue);
    double last_s = 0;
    for (std::size_t number = 2; std::getline(lines, line); ++number) {
        const auto cells = SplitCells(line);
        if (cells.size() == 1 && cells[0].empty()) {
            continue;
        }
        if (cells.size() != columns.size()) {
            throw TextError(number, std::to_string(cells.size()) + " cells, must be " +
                                        std::to_string(columns.size()));
        }
        const auto read = [&](const char* name, double low, double high) {
            return ParseNumber(cells[columns.at(name)], name, number, low, high);
        };
        const double time_s = read("time_s", 0, 1e9);
        if (time_s < last_s) {
            throw TextError(number, "time_s = " + cells[columns.at("time_s")] +
                                        " goes back in time, from " + json::Number(last_s));
        }
        last_s = time_s;
        const double ue = read("ue", 0, n_ue - 1.0);
        if (ue != std::floor(ue)) {
            throw TextError(number, "ue = " + cells[columns.at("ue")] + ": must be an integer");
        }
        trace[static_cast<std::size_t>(ue)].push_back(
            {time_s, static_cast<std::uint32_t>(read("size_bit", 1, 1e8)),
             columns.contains("cycles") ? read("cycles", 0, 1e18) : NAN});
    }
    return trace;
}

}  // namespace

TaskTrace ReadTaskTrace(const std::string& path, std::uint32_t n_ue) {
    try {
        TaskTrace trace = Parse(ReadText(path), n_ue);
        if (std::all_of(trace.begin(), trace.end(), [](const auto& own) { return own.empty(); })) {
            throw std::runtime_error("holds no task");
        }
        return trace;
    } catch (const std::runtime_error& error) {
        throw SettingError("setting traffic.trace = " + json::Quote(path) + ": " + error.what());
    }
}

}  // namespace physical
