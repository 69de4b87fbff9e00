// SPDX-License-Identifier: GPL-2.0-only
#include "downlink-queues.h"

#include <algorithm>

namespace physical {

namespace {

/// The last of the signalling radio bearers (TS 36.331, 6.2.2: SRB1 and SRB2 use LCID 1 and 2).
constexpr std::uint8_t LAST_SIGNALLING_LCID = 2;
/// Header of an RLC PDU with one SDU: 2 bytes in acknowledged mode (TS 36.322, 6.2.1.4) and up to 2
/// more with a segment's length indicator.
constexpr std::uint32_t DOWNLINK_RLC_HEADER_BYTES = 4;
/// ns-3's RLC aborts on opportunities that hold no more than a header.
constexpr std::uint32_t SMALLEST_PDU_BYTES = 8;

}  // namespace

std::uint32_t DownlinkQueues::Queue::WantedBytes() const {
    const std::uint32_t payload_bytes = retransmission_bytes + transmission_bytes;
    return status_bytes + (payload_bytes > 0 ? payload_bytes + DOWNLINK_RLC_HEADER_BYTES : 0);
}

void DownlinkQueues::Queue::Serve(std::uint32_t bytes) {
    if (status_bytes > 0) {
        status_bytes = 0;
        return;
    }
    std::uint32_t payload_bytes =
        bytes > DOWNLINK_RLC_HEADER_BYTES ? bytes - DOWNLINK_RLC_HEADER_BYTES : 0;
    if (retransmission_bytes > 0) {
        retransmission_bytes -= std::min(retransmission_bytes, payload_bytes);
    } else {
        transmission_bytes -= std::min(transmission_bytes, payload_bytes);
    }
}

void DownlinkQueues::Update(const Report& report) {
    const auto queue = m_queues.find(report.m_logicalChannelIdentity);
    if (queue != m_queues.end()) {
        queue->second = {report.m_rlcStatusPduSize, report.m_rlcRetransmissionQueueSize,
                         report.m_rlcTransmissionQueueSize};
    }
}

std::uint32_t DownlinkQueues::SignallingBytes() const {
    std::uint32_t bytes = 0;
    for (const auto& [lcid, queue] : m_queues) {
        bytes += lcid <= LAST_SIGNALLING_LCID ? queue.WantedBytes() : 0;
    }
    return bytes;
}

std::uint32_t DownlinkQueues::TotalBytes() const {
    std::uint32_t bytes = 0;
    for (const auto& [lcid, queue] : m_queues) {
        bytes += queue.WantedBytes();
    }
    return bytes;
}

std::vector<ns3::RlcPduListElement_s> DownlinkQueues::Fill(std::uint32_t block_bytes,
                                                           bool with_data) {
    std::vector<ns3::RlcPduListElement_s> pdus;
    std::uint32_t room_bytes = block_bytes;
    std::uint32_t bearers = 0;
    for (auto& [lcid, queue] : m_queues) {
        if (lcid <= LAST_SIGNALLING_LCID) {
            room_bytes = Grant(lcid, queue, room_bytes, pdus);
        } else if (with_data && queue.WantedBytes() > 0) {
            ++bearers;
        }
    }
    for (auto& [lcid, queue] : m_queues) {
        if (lcid > LAST_SIGNALLING_LCID && with_data && queue.WantedBytes() > 0) {
            const std::uint32_t part_bytes = std::max(room_bytes / bearers, SMALLEST_PDU_BYTES);
            const std::uint32_t offered_bytes = std::min(part_bytes, room_bytes);
            room_bytes -= offered_bytes - Grant(lcid, queue, offered_bytes, pdus);
            --bearers;
        }
    }
    return pdus;
}

std::uint32_t DownlinkQueues::Grant(std::uint8_t lcid,
                                    Queue& queue,
                                    std::uint32_t room_bytes,
                                    std::vector<ns3::RlcPduListElement_s>& pdus) {
    // The RLC sends its status report in an opportunity of its own.
    for (const bool status : {true, false}) {
        const std::uint32_t wanted_bytes = status ? queue.status_bytes : queue.WantedBytes();
        const std::uint32_t bytes =
            std::min({std::max(wanted_bytes, SMALLEST_PDU_BYTES), room_bytes, 65535U});
        if (wanted_bytes == 0 || bytes < SMALLEST_PDU_BYTES ||
            (status && bytes < queue.status_bytes)) {
            continue;
        }
        pdus.push_back({lcid, static_cast<std::uint16_t>(bytes)});
        queue.Serve(bytes);
        room_bytes -= bytes;
    }
    return room_bytes;
}

}  // namespace physical
