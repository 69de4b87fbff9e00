// SPDX-License-Identifier: GPL-2.0-only
#include "text-reader.h"

#include "json.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

namespace physical {

std::string ReadText(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error(std::string("cannot be read: ") + std::strerror(errno));
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

double ParseNumber(
    std::string_view text, const std::string& what, std::size_t line, double low, double high) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !(value >= low && value <= high)) {
        throw TextError(line, what + " = " + json::Quote(std::string(text)) +
                                  ": must be a number from " + json::Number(low) + " to " +
                                  json::Number(high));
    }
    return value;
}

}  // namespace physical
