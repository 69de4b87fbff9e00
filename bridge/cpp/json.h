// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_JSON_H
#define PHYSICAL_JSON_H

#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

/// Just enough to *write* the declarations as JSON; nothing here reads any.
///
/// Not by a library: these sources travel to users, who compile them with their scenarios and need
/// nothing else for it. A megabyte of headers would have to travel along, to replace three
/// functions.
namespace physical::json {

inline std::string Quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            out += escaped;
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// Shortest decimal text that reads back as the same number.
/// @throws std::logic_error if it is not finite: JSON has no such numbers
inline std::string Number(double value) {
    if (!std::isfinite(value)) {
        throw std::logic_error("JSON has no number " + std::to_string(value));
    }
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

/// `[f(x), f(y), …]` of a range.
template <class Range, class Format>
std::string Array(const Range& range, Format&& format) {
    std::string out = "[";
    for (const auto& item : range) {
        if (out.size() > 1) {
            out += ", ";
        }
        out += format(item);
    }
    return out + "]";
}

}  // namespace physical::json

#endif
