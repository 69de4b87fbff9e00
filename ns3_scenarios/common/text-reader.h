// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TEXT_READER_H
#define PHYSICAL_TEXT_READER_H

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace physical {

/// A line of a file that the user gave cannot be understood; the message says which and why.
class TextError : public std::runtime_error {
  public:
    TextError(std::size_t line, const std::string& what)
        : std::runtime_error("line " + std::to_string(line) + ": " + what) {}
};

/// @return the whole file
/// @throws std::runtime_error with the system's reason
std::string ReadText(const std::string& path);

/// @param what the quantity, for the message
/// @throws TextError if the text is no finite number from @p low to @p high
double ParseNumber(
    std::string_view text, const std::string& what, std::size_t line, double low, double high);

}  // namespace physical

#endif
