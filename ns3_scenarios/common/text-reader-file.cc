// SPDX-License-Identifier: GPL-2.0-only
#include "text-reader-file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace physical {

namespace {

constexpr std::size_t PART_BYTES = 1 << 14;  // gzip makes it a thousand times as long at most

/// How files begin that users take for text, and what to do instead.
struct Signature {
    std::string_view bytes;
    const char* what;
};

using std::string_view_literals::operator""sv;
constexpr std::array SIGNATURES{
    Signature{"\xFF\xFE"sv, "is UTF-16, must be UTF-8: save it as UTF-8"},
    Signature{"\xFE\xFF"sv, "is UTF-16, must be UTF-8: save it as UTF-8"},
    Signature{"PAR1"sv, "is Parquet, must be text: write it as CSV or XML, or as .csv.gz, .xml.gz"},
    Signature{"PK\x03\x04"sv, "is a zip archive or a spreadsheet, must be text: write it as CSV"},
    Signature{"BZh"sv, "is compressed with bzip2, must be text or gzip"},
    Signature{"\xFD"
              "7zXZ"sv,
              "is compressed with xz, must be text or gzip"},
    Signature{"\x28\xB5\x2F\xFD"sv, "is compressed with zstd, must be text or gzip"},
};

[[noreturn]] void RejectRead() {
    throw std::runtime_error(std::string("cannot be read: ") + std::strerror(errno));
}

}  // namespace

TextFile::TextFile(const std::string& path)
    : m_descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (m_descriptor < 0) {
        RejectRead();
    }
    try {
        struct stat status{};
        if (fstat(m_descriptor, &status) != 0) {
            RejectRead();
        }
        if (!S_ISREG(status.st_mode)) {
            throw std::runtime_error(
                S_ISDIR(status.st_mode) ? "is a directory, must be a file"
                                        : "is not an ordinary file; a run reads it more than once");
        }
        m_head.resize(PART_BYTES);
        m_head.resize(ReadRaw(m_head.data(), m_head.size()));
        for (const Signature& signature : SIGNATURES) {
            if (m_head.starts_with(signature.bytes)) {
                throw std::runtime_error(signature.what);
            }
        }
        if (m_head.starts_with("\x1F\x8B")) {
            m_gzip = std::make_unique<GzipInflater>();
        }
    } catch (...) {
        close(m_descriptor);
        throw;
    }
}

TextFile::~TextFile() {
    close(m_descriptor);
}

bool TextFile::Read(std::string& bytes) {
    for (;;) {
        std::string part = std::move(m_head);
        m_head.clear();
        if (part.empty()) {
            part.resize(PART_BYTES);
            part.resize(ReadRaw(part.data(), part.size()));
        }
        if (part.empty()) {
            if (m_gzip) {
                m_gzip->Finish();
            }
            return false;
        }
        const std::size_t before = bytes.size();
        if (m_gzip) {
            m_gzip->Inflate(part, bytes);
        } else {
            bytes += part;
        }
        if (bytes.size() > before) {
            return true;
        }
    }
}

std::size_t TextFile::ReadRaw(char* to, std::size_t size) {
    ssize_t n = 0;
    do {
        n = read(m_descriptor, to, size);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        RejectRead();
    }
    return static_cast<std::size_t>(n);
}

}  // namespace physical
