// SPDX-License-Identifier: GPL-2.0-only
#include "text-reader-gzip.h"

// Boost comes with ns-3, as headers alone.
#define BOOST_ERROR_CODE_HEADER_ONLY
#include <boost/beast/zlib/inflate_stream.hpp>
#include <boost/crc.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

namespace physical {

namespace {

namespace zlib = boost::beast::zlib;

// Flags of a member's header, RFC 1952 clause 2.3.1.
constexpr unsigned HEADER_CRC = 2;
constexpr unsigned EXTRA = 4;
constexpr unsigned NAME = 8;
constexpr unsigned COMMENT = 16;
constexpr unsigned RESERVED = 0xE0;

[[noreturn]] void Reject() {
    throw std::runtime_error("is damaged: what gzip made small cannot be restored");
}

}  // namespace

/// A member: its header, its deflated data, its checksum and length.
struct GzipInflater::Member {
    enum class Part { FIXED, EXTRA_LENGTH, EXTRA, NAME, COMMENT, HEADER_CRC, DATA, TRAILER };

    Member() { inflate.reset(15); }

    /// A byte of header or trailer.
    /// @return whether the member ends with it
    bool Take(std::uint8_t byte) {
        switch (part) {
            case Part::FIXED:
                bytes[n_bytes++] = byte;
                if (n_bytes == 10) {
                    if (bytes[0] != 0x1F || bytes[1] != 0x8B || bytes[2] != 8 ||
                        (bytes[3] & RESERVED) != 0) {
                        Reject();
                    }
                    flags = bytes[3];
                    GoTo((flags & EXTRA) != 0 ? Part::EXTRA_LENGTH : AfterExtra());
                }
                return false;
            case Part::EXTRA_LENGTH:
                bytes[n_bytes++] = byte;
                if (n_bytes == 2) {
                    extra = bytes[0] + 256U * bytes[1];
                    GoTo(extra > 0 ? Part::EXTRA : AfterExtra());
                }
                return false;
            case Part::EXTRA:
                if (--extra == 0) {
                    GoTo(AfterExtra());
                }
                return false;
            case Part::NAME:
                if (byte == 0) {
                    GoTo(AfterName());
                }
                return false;
            case Part::COMMENT:
                if (byte == 0) {
                    GoTo(AfterComment());
                }
                return false;
            case Part::HEADER_CRC:
                if (++n_bytes == 2) {
                    GoTo(Part::DATA);
                }
                return false;
            case Part::TRAILER:
                bytes[n_bytes++] = byte;
                if (n_bytes == 8) {
                    if (Word(0) != crc.checksum() || Word(4) != length) {
                        Reject();
                    }
                    return true;
                }
                return false;
            default:
                Reject();
        }
    }

    /// @return how many of the bytes belong to the data
    std::size_t TakeData(std::string_view from, std::string& to) {
        zlib::z_params sizes;
        sizes.next_in = from.data();
        sizes.avail_in = from.size();
        std::array<char, 1 << 15> out;
        for (;;) {
            sizes.next_out = out.data();
            sizes.avail_out = out.size();
            boost::beast::error_code error;
            inflate.write(sizes, zlib::Flush::sync, error);
            const std::size_t n = out.size() - sizes.avail_out;
            crc.process_bytes(out.data(), n);
            length += static_cast<std::uint32_t>(n);
            to.append(out.data(), n);
            if (error == zlib::error::end_of_stream) {
                GoTo(Part::TRAILER);
                break;
            }
            if (error && error != zlib::error::need_buffers) {
                Reject();
            }
            if (sizes.avail_out > 0) {
                break;
            }
        }
        return from.size() - sizes.avail_in;
    }

    void GoTo(Part next) {
        part = next;
        n_bytes = 0;
    }

    Part AfterExtra() const { return (flags & NAME) != 0 ? Part::NAME : AfterName(); }
    Part AfterName() const { return (flags & COMMENT) != 0 ? Part::COMMENT : AfterComment(); }
    Part AfterComment() const { return (flags & HEADER_CRC) != 0 ? Part::HEADER_CRC : Part::DATA; }

    std::uint32_t Word(std::size_t at) const {
        return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
               static_cast<std::uint32_t>(bytes[at + 3]) << 24;
    }

    Part part = Part::FIXED;
    unsigned flags = 0;
    unsigned extra = 0;
    std::array<std::uint8_t, 10> bytes{};
    std::size_t n_bytes = 0;
    zlib::inflate_stream inflate;
    boost::crc_32_type crc;
    std::uint32_t length = 0;  ///< modulo 2^32, as gzip counts
};

GzipInflater::GzipInflater() = default;
GzipInflater::~GzipInflater() = default;

void GzipInflater::Inflate(std::string_view part, std::string& to) {
    while (!part.empty()) {
        if (!m_member) {
            m_member = std::make_unique<Member>();
        }
        if (m_member->part == Member::Part::DATA) {
            part.remove_prefix(m_member->TakeData(part, to));
        } else {
            const bool ends = m_member->Take(static_cast<std::uint8_t>(part.front()));
            part.remove_prefix(1);
            if (ends) {
                m_member.reset();
            }
        }
    }
}

void GzipInflater::Finish() const {
    if (m_member) {
        throw std::runtime_error("is cut off: the end of what gzip made small is missing");
    }
}

}  // namespace physical
