// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TEXT_READER_H
#define PHYSICAL_TEXT_READER_H

#include "text-reader-file.h"

#include <cstddef>
#include <cstdint>
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

/// Reads a file of UTF-8 text, plain or compressed with gzip, with or without a byte order mark,
/// from its beginning to where the caller stops; no more than a part of it is in memory.
class TextReader {
  public:
    /// @throws std::runtime_error if it cannot be opened, or is known to be something else
    explicit TextReader(const std::string& path);

    /// Take the text up to the next @p end, and skip that.
    /// @param text what was taken, until the next call; the rest of the file if no end comes
    /// @return whether there was an end
    /// @throws TextError if this is no UTF-8 text, or longer than a mebibyte
    bool Until(char end, std::string_view& text);

    /// Take a line. @return false at the end of the file
    bool NextLine(std::string_view& line);

    /// The first line that is not blank, which is not taken; empty if there is none.
    std::string_view Peek();

    /// Of the beginning of what was taken last.
    std::size_t Line() const { return m_line; }

  private:
    /// Read on. @return false at the end of the file
    bool Fill();
    void CheckUtf8(std::size_t from);
    [[noreturn]] void RejectByte(std::size_t at) const;

    TextFile m_file;
    std::string m_buffer;
    std::size_t m_at = 0;         ///< in the buffer: what has not been taken
    std::size_t m_line = 1;       ///< of what was taken last
    std::size_t m_next_line = 1;  ///< of what has not been taken
    std::size_t m_continued = 0;  ///< bytes of a character that must come yet
    std::uint8_t m_low = 0x80;    ///< bounds of the next of them
    std::uint8_t m_high = 0xBF;
};

/// What the user wrote, for a message: quoted, on one line, cut where it is long.
std::string Shown(std::string_view text);

/// The text without white space at its ends.
std::string_view Trim(std::string_view text);

/// @param what the quantity, for the message
/// @throws TextError if the text is no finite number from @p low to @p high
double ParseNumber(
    std::string_view text, const std::string& what, std::size_t line, double low, double high);

/// The same of an integer.
double ParseInteger(
    std::string_view text, const std::string& what, std::size_t line, double low, double high);

/// A time in seconds, or as h:m:s or d:h:m:s. Parameters as of ParseNumber().
double ParseTimeS(
    std::string_view text, const std::string& what, std::size_t line, double low, double high);

}  // namespace physical

#endif
