// SPDX-License-Identifier: GPL-2.0-only
#include "uplink-buffer.h"

#include "ns3/lte-common.h"

#include <algorithm>

namespace physical {

namespace {

/// A report does not know of the grants of the last TTIs: they need 3 TTIs to reach the user (MAC
/// to channel delay 2, and the user reports before it receives), and the report needs 5 to come
/// back (4 TTIs of PUSCH delay, read one later).
constexpr std::int64_t REPORT_AGE_TTIS = 8;
constexpr std::size_t MOST_LEVEL_INDEX = 63;
/// RLC header with one length indicator (TS 36.322, 6.2.1).
constexpr std::uint32_t UPLINK_RLC_HEADER_BYTES = 4;
/// A user divides each grant among all bearers with data, whatever their priority (ns-3's
/// LteUeMac).
constexpr std::uint32_t BEARERS = 2;

}  // namespace

void UplinkBuffer::OnReport(const std::vector<std::uint8_t>& level_index, std::int64_t now_tti) {
    m_signalling_bytes = 0;
    m_data_bytes = 0;
    for (std::size_t group = 0; group < level_index.size(); ++group) {
        if (level_index[group] <= MOST_LEVEL_INDEX) {
            (group == 0 ? m_signalling_bytes : m_data_bytes) +=
                ns3::BufferSizeLevelBsr::BsrId2BufferSize(level_index[group]);
        }
    }
    while (!m_in_flight.empty() && m_in_flight.front().tti <= now_tti - REPORT_AGE_TTIS) {
        m_in_flight.pop_front();
    }
    for (const Grant& grant : m_in_flight) {
        Deduct(grant.bytes);
    }
}

void UplinkBuffer::OnGrant(std::uint32_t block_bytes, std::int64_t now_tti) {
    while (!m_in_flight.empty() && m_in_flight.front().tti <= now_tti - REPORT_AGE_TTIS) {
        m_in_flight.pop_front();
    }
    m_in_flight.push_back({now_tti, block_bytes});
    Deduct(block_bytes);
}

std::uint32_t UplinkBuffer::WantedBytes() const {
    const bool both = m_signalling_bytes > 0 && m_data_bytes > 0;
    return both ? BEARERS * (std::max(m_signalling_bytes, m_data_bytes) + UPLINK_RLC_HEADER_BYTES)
                : TotalBytes() + UPLINK_RLC_HEADER_BYTES;
}

std::uint32_t UplinkBuffer::SignallingWantedBytes() const {
    return m_signalling_bytes == 0 ? 0 : BEARERS * (m_signalling_bytes + UPLINK_RLC_HEADER_BYTES);
}

void UplinkBuffer::Deduct(std::uint32_t block_bytes) {
    const bool both = m_signalling_bytes > 0 && m_data_bytes > 0;
    const std::uint32_t part_bytes = both ? block_bytes / BEARERS : block_bytes;
    const std::uint32_t payload_bytes =
        part_bytes > UPLINK_RLC_HEADER_BYTES ? part_bytes - UPLINK_RLC_HEADER_BYTES : 0;
    m_signalling_bytes -= std::min(m_signalling_bytes, payload_bytes);
    m_data_bytes -= std::min(m_data_bytes, payload_bytes);
}

}  // namespace physical
