// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TEXT_READER_FILE_H
#define PHYSICAL_TEXT_READER_FILE_H

#include "text-reader-gzip.h"

#include <cstddef>
#include <memory>
#include <string>

namespace physical {

/// The bytes of a text file, one part after another; what gzip made small is given as it was.
class TextFile {
  public:
    /// @throws std::runtime_error if it cannot be opened, or begins like a file that is no text
    explicit TextFile(const std::string& path);
    ~TextFile();
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;

    /// Append the next part. @return false at the end
    /// @throws std::runtime_error if it cannot be read, or was damaged
    bool Read(std::string& bytes);

  private:
    std::size_t ReadRaw(char* to, std::size_t size);

    int m_descriptor;
    std::string m_head;  ///< read when the file was opened, not given yet
    std::unique_ptr<GzipInflater> m_gzip;
};

}  // namespace physical

#endif
