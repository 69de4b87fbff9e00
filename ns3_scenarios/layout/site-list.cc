// SPDX-License-Identifier: GPL-2.0-only
#include "site-list.h"

#include "message.h"
#include "settings.h"
#include "text-reader-table.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

namespace physical {

namespace {

constexpr double FARTHEST_M = 1e6;

std::vector<std::string_view> Split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(Trim(text.substr(0, end)));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::vector<ns3::Vector> ReadFile(const std::string& path, double height_m) {
    enum Column { X, Y, HEIGHT };
    TextReader text(path);
    TableReader table(text,
                      {{{"x_m", "x"}},
                       {{"y_m", "y"}},
                       {{"height_m", "height"}, false},
                       {{"id", "name", "site"}, false}},
                      TableReader::Others::REFUSED, {"x_m", "y_m", "height_m"});
    std::vector<ns3::Vector> sites;
    while (table.NextRow()) {
        const bool has_height = table.Has(HEIGHT) && !table.Cell(HEIGHT).empty();
        sites.emplace_back(
            table.Number(X, -FARTHEST_M, FARTHEST_M), table.Number(Y, -FARTHEST_M, FARTHEST_M),
            has_height ? table.Number(HEIGHT, MIN_BS_HEIGHT_M, MAX_BS_HEIGHT_M) : height_m);
    }
    if (sites.empty()) {
        throw std::runtime_error("holds no site");
    }
    return sites;
}

ns3::Vector ParseSite(std::string_view text, std::size_t index, double height_m) {
    const auto cells = Split(text, ',');
    try {
        if (cells.size() != 2 && cells.size() != 3) {
            throw std::runtime_error("");
        }
        const auto read = [&](std::size_t cell, const char* what, double low, double high) {
            return ParseNumber(cells[cell], what, 1, low, high);
        };
        return {read(0, "x", -FARTHEST_M, FARTHEST_M), read(1, "y", -FARTHEST_M, FARTHEST_M),
                cells.size() == 3 ? read(2, "height", MIN_BS_HEIGHT_M, MAX_BS_HEIGHT_M) : height_m};
    } catch (const std::runtime_error&) {
        throw SettingError("setting layout.positions: site " + std::to_string(index) + " is " +
                           Shown(text) + "; must be x,y or x,y,height in m, within ±1e6, height " +
                           message::Number(MIN_BS_HEIGHT_M) + " to " +
                           message::Number(MAX_BS_HEIGHT_M) +
                           "; or all of it the name of a .csv or .csv.gz file");
    }
}

bool IsFile(std::string positions) {
    std::transform(positions.begin(), positions.end(), positions.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return positions.ends_with(".csv") || positions.ends_with(".csv.gz");
}

/// Whether these are longitudes and latitudes: no masts stand within 10 m of each other, and nobody
/// gives their places in millimetres.
bool IsGeographic(const std::vector<ns3::Vector>& sites) {
    constexpr double NEAR_M = 10;
    const auto is_fine = [](double value) {
        return std::abs(value * 100 - std::round(value * 100)) > 1e-6;
    };
    const ns3::Vector& first = sites.front();
    bool differ = false;
    bool fine = false;
    for (const ns3::Vector& site : sites) {
        if (std::abs(site.x) > 180 || std::abs(site.y) > 90 ||
            std::abs(site.x - first.x) > NEAR_M || std::abs(site.y - first.y) > NEAR_M) {
            return false;
        }
        differ = differ || site.x != first.x || site.y != first.y;
        fine = fine || is_fine(site.x) || is_fine(site.y);
    }
    return differ && fine;
}

}  // namespace

std::vector<ns3::Vector> ReadSites(const std::string& positions, double height_m) {
    std::vector<ns3::Vector> sites;
    if (IsFile(positions)) {
        try {
            sites = ReadFile(positions, height_m);
        } catch (const std::runtime_error& error) {
            throw SettingError("setting layout.positions = " + Shown(positions) + ": " +
                               error.what());
        }
    } else {
        for (const std::string_view text : Split(positions, ';')) {
            if (!text.empty()) {
                sites.push_back(ParseSite(text, sites.size(), height_m));
            }
        }
    }
    if (!sites.empty() && IsGeographic(sites)) {
        throw SettingError("setting layout.positions = " + Shown(positions) +
                           ": looks like longitudes and latitudes, must be in m: project them "
                           "first, e.g. with pyproj to UTM, less an origin of your choice");
    }
    return sites;
}

}  // namespace physical
