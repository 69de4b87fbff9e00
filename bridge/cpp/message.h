// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_MESSAGE_H
#define PHYSICAL_MESSAGE_H

#include <string>
#include <string_view>

/// How messages to users show what was seen.
namespace physical::message {

/// In double quotes, on one line.
std::string Quote(std::string_view text);

/// Shortest decimal text that reads back as the same number.
std::string Number(double value);

/// `[f(x), f(y), …]` of a range.
template <class Range, class Format>
std::string List(const Range& range, Format&& format) {
    std::string out = "[";
    for (const auto& item : range) {
        if (out.size() > 1) {
            out += ", ";
        }
        out += format(item);
    }
    return out + "]";
}

}  // namespace physical::message

#endif
