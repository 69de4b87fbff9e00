// SPDX-License-Identifier: GPL-2.0-only
#include "site-list.h"

#include "settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace physical {

namespace {

constexpr double FARTHEST_M = 1e6;

std::string Trim(const std::string& text) {
    const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
    const auto begin = std::find_if_not(text.begin(), text.end(), is_space);
    const auto end = std::find_if_not(text.rbegin(), text.rend(), is_space).base();
    return begin < end ? std::string(begin, end) : std::string();
}

std::vector<std::string> Split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        if (part = Trim(part); !part.empty()) {
            parts.push_back(part);
        }
    }
    return parts;
}

std::vector<std::string> Lines(const std::string& file_name) {
    std::ifstream file(file_name);
    std::ostringstream content;
    content << file.rdbuf();
    if (!file) {
        throw SettingError("setting layout.positions = \"" + file_name +
                           "\": cannot read this file");
    }
    std::vector<std::string> lines = Split(content.str(), '\n');
    if (!lines.empty() && std::isalpha(static_cast<unsigned char>(lines.front().front())) != 0) {
        lines.erase(lines.begin());
    }
    return lines;
}

ns3::Vector ParseSite(const std::string& text, std::size_t index, double height_m) {
    std::vector<double> numbers;
    for (const std::string& part : Split(text, ',')) {
        double number = 0;
        const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        const bool read = error == std::errc() && stop == part.data() + part.size();
        numbers.push_back(read && std::abs(number) <= FARTHEST_M ? number : NAN);
    }
    const bool readable = std::none_of(numbers.begin(), numbers.end(),
                                       [](double number) { return std::isnan(number); });
    if (!readable || numbers.size() < 2 || numbers.size() > 3) {
        throw SettingError("setting layout.positions: site " + std::to_string(index) + " is \"" +
                           text + "\"; must be x,y or x,y,height in m, within ±1e6");
    }
    return {numbers[0], numbers[1], numbers.size() == 3 ? numbers[2] : height_m};
}

}  // namespace

std::vector<ns3::Vector> ReadSites(const std::string& positions, double height_m) {
    const bool is_file = positions.ends_with(".csv");
    const auto texts = is_file ? Lines(positions) : Split(positions, ';');
    std::vector<ns3::Vector> sites;
    for (const std::string& text : texts) {
        sites.push_back(ParseSite(text, sites.size(), height_m));
    }
    return sites;
}

}  // namespace physical
