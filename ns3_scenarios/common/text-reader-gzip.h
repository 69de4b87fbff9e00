// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TEXT_READER_GZIP_H
#define PHYSICAL_TEXT_READER_GZIP_H

#include <memory>
#include <string>
#include <string_view>

namespace physical {

/// Undoes gzip (RFC 1952), part by part; a file may have several members.
class GzipInflater {
  public:
    GzipInflater();
    ~GzipInflater();

    /// @param part the next bytes of the file
    /// @param to what they stand for is appended
    /// @throws std::runtime_error if they were damaged
    void Inflate(std::string_view part, std::string& to);

    /// No more bytes come. @throws std::runtime_error if some are missing
    void Finish() const;

  private:
    struct Member;

    std::unique_ptr<Member> m_member;
};

}  // namespace physical

#endif
