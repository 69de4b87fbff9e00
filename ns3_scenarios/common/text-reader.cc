// SPDX-License-Identifier: GPL-2.0-only
#include "text-reader.h"

#include "message.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

namespace physical {

namespace {

constexpr std::size_t LONGEST_BYTES = 1 << 20;
constexpr std::string_view BLANKS = " \t\r\n";

std::size_t CountLines(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TextReader::TextReader(const std::string& path) : m_file(path) {
    while (m_buffer.size() < 3 && m_file.Read(m_buffer)) {
    }
    if (m_buffer.starts_with("\xEF\xBB\xBF")) {
        m_buffer.erase(0, 3);
    }
    if (m_buffer.size() > 1 && (m_buffer[0] == 0 || m_buffer[1] == 0)) {
        throw std::runtime_error("is UTF-16 or no text, must be UTF-8: save it as UTF-8");
    }
    CheckUtf8(0);
}

bool TextReader::Until(char end, std::string_view& text) {
    m_line = m_next_line;
    for (std::size_t searched = 0;;) {
        const std::size_t found = m_buffer.find(end, m_at + searched);
        if (found != std::string::npos) {
            text = std::string_view(m_buffer).substr(m_at, found - m_at);
            m_at = found + 1;
            m_next_line += CountLines(text) + (end == '\n' ? 1 : 0);
            return true;
        }
        searched = m_buffer.size() - m_at;
        if (searched > LONGEST_BYTES) {
            throw TextError(m_line, Shown(std::string_view(m_buffer).substr(m_at)) +
                                        " does not end within 1048576 bytes");
        }
        if (!Fill()) {
            text = std::string_view(m_buffer).substr(m_at);
            m_at = m_buffer.size();
            m_next_line += CountLines(text);
            return false;
        }
    }
}

bool TextReader::NextLine(std::string_view& line) {
    return Until('\n', line) || !line.empty();
}

std::string_view TextReader::Peek() {
    for (;;) {
        const std::size_t first = m_buffer.find_first_not_of(BLANKS, m_at);
        const std::size_t end = m_buffer.find('\n', std::min(first, m_buffer.size()));
        const bool whole = end != std::string::npos || m_buffer.size() - m_at > LONGEST_BYTES;
        if (whole || !Fill()) {
            return first == std::string::npos
                       ? std::string_view()
                       : Trim(std::string_view(m_buffer).substr(first, end - first));
        }
    }
}

bool TextReader::Fill() {
    m_buffer.erase(0, m_at);
    m_at = 0;
    const std::size_t from = m_buffer.size();
    if (!m_file.Read(m_buffer)) {
        if (m_continued > 0) {
            RejectByte(from);
        }
        return false;
    }
    CheckUtf8(from);
    return true;
}

/// The well-formed byte sequences of The Unicode Standard, Table 3-7; and no byte 0.
void TextReader::CheckUtf8(std::size_t from) {
    for (std::size_t i = from; i < m_buffer.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(m_buffer[i]);
        if (m_continued > 0) {
            if (byte < m_low || byte > m_high) {
                RejectByte(i);
            }
            --m_continued;
            m_low = 0x80;
            m_high = 0xBF;
        } else if (byte >= 0x80) {
            if (byte < 0xC2 || byte > 0xF4) {
                RejectByte(i);
            }
            m_continued = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
            m_low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
            m_high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
        } else if (byte == 0) {
            RejectByte(i);
        }
    }
}

void TextReader::RejectByte(std::size_t at) const {
    const std::size_t line =
        m_next_line + CountLines(std::string_view(m_buffer).substr(m_at, at - m_at));
    if (at < m_buffer.size() && m_buffer[at] == 0) {
        throw TextError(line, "byte 0: this is not text, must be UTF-8");
    }
    throw TextError(line, "no UTF-8 (perhaps Latin-1), must be UTF-8: save it as UTF-8");
}

std::string Shown(std::string_view text) {
    constexpr std::size_t LONGEST = 80;
    if (text.size() <= LONGEST) {
        return message::Quote(text);
    }
    std::size_t end = LONGEST;
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0) == 0x80) {
        --end;  // not within a character
    }
    return message::Quote(text.substr(0, end)) + "…";
}

std::string_view Trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(BLANKS);
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(BLANKS) - first + 1);
}

double ParseNumber(
    std::string_view text, const std::string& what, std::size_t line, double low, double high) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !(value >= low && value <= high)) {
        throw TextError(line, what + " = " + Shown(text) + ": must be a number from " +
                                  message::Number(low) + " to " + message::Number(high));
    }
    return value;
}

double ParseInteger(
    std::string_view text, const std::string& what, std::size_t line, double low, double high) {
    const double value = ParseNumber(text, what, line, low, high);
    if (value != std::floor(value)) {
        throw TextError(line, what + " = " + std::string(text) + ": must be an integer");
    }
    return value;
}

double ParseTimeS(
    std::string_view text, const std::string& what, std::size_t line, double low, double high) {
    if (text.find(':') == std::string_view::npos) {
        return ParseNumber(text, what, line, low, high);
    }
    std::vector<std::string_view> parts;
    for (std::string_view rest = text;;) {
        const std::size_t colon = rest.find(':');
        parts.push_back(rest.substr(0, colon));
        if (colon == std::string_view::npos) {
            break;
        }
        rest.remove_prefix(colon + 1);
    }
    if (parts.size() != 3 && parts.size() != 4) {
        throw TextError(line, what + " = " + Shown(text) + ": must be seconds, h:m:s or d:h:m:s");
    }
    const std::size_t n = parts.size();
    const auto read = [&](std::size_t part, double below) {
        return ParseNumber(parts[part], "part " + std::to_string(part + 1) + " of " + what, line, 0,
                           below);
    };
    const auto whole = [&](std::size_t part, double highest) {
        return ParseInteger(parts[part], "part " + std::to_string(part + 1) + " of " + what, line,
                            0, highest);
    };
    const double seconds = read(n - 1, 60);
    const double hours = whole(n - 3, n == 4 ? 23 : 1e6) + (n == 4 ? 24 * whole(0, 1e5) : 0);
    const double time_s = hours * 3600 + whole(n - 2, 59) * 60 + seconds;
    if (seconds == 60 || !(time_s >= low && time_s <= high)) {
        throw TextError(line, what + " = " + Shown(text) + ": must be a time from " +
                                  message::Number(low) + " to " + message::Number(high) + " s");
    }
    return time_s;
}

}  // namespace physical
