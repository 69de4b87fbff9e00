// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_JSON_H
#define PHYSICAL_JSON_H

#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

/// Just enough to *write* the declarations as JSON; nothing here reads any.
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
inline std::string Number(double value) {
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
