// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_UPLINK_BUFFER_H
#define PHYSICAL_UPLINK_BUFFER_H

#include <cstdint>
#include <deque>
#include <vector>

namespace physical {

/// How much a user has to send, from its buffer status reports (TS 36.321, 5.4.5) and its grants.
class UplinkBuffer {
  public:
    /// @param level_index buffer size level of each logical channel group (TS 36.321, 6.1.3.1)
    void OnReport(const std::vector<std::uint8_t>& level_index, std::int64_t now_tti);
    void OnGrant(std::uint32_t block_bytes, std::int64_t now_tti);

    /// @return bytes of logical channel group 0, to which the signalling radio bearers belong
    std::uint32_t SignallingBytes() const { return m_signalling_bytes; }
    std::uint32_t TotalBytes() const { return m_signalling_bytes + m_data_bytes; }

    /// @return size of a block after which nothing, or no signalling, remains
    std::uint32_t WantedBytes() const;
    std::uint32_t SignallingWantedBytes() const;

  private:
    struct Grant {
        std::int64_t tti;
        std::uint32_t bytes;
    };

    void Deduct(std::uint32_t block_bytes);

    std::uint32_t m_signalling_bytes = 0;
    std::uint32_t m_data_bytes = 0;
    std::deque<Grant> m_in_flight;
};

}  // namespace physical

#endif
