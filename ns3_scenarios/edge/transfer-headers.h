// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRANSFER_HEADERS_H
#define PHYSICAL_TRANSFER_HEADERS_H

#include "ns3/header.h"

#include <cstdint>

namespace physical {

/// How a transfer is cut into packets: all but the last fragment are full.
struct Fragmentation {
    static constexpr std::uint32_t BYTES = 1376;  ///< payload; 1,400 with the header

    static std::uint32_t Count(std::uint32_t size_bit) {
        const std::uint32_t bytes = size_bit / 8 + (size_bit % 8 != 0);
        return (bytes + BYTES - 1) / BYTES;
    }
    static std::uint32_t Bit(std::uint32_t size_bit, std::uint32_t index) {
        return index + 1 < Count(size_bit) ? BYTES * 8 : size_bit - index * BYTES * 8;
    }
};

/// What precedes the payload of a packet: one fragment of one transfer.
class FragmentHeader : public ns3::Header {
  public:
    std::uint32_t packet_number = 0;  ///< grows with every transmission, retransmissions included
    std::uint32_t flow = 0;           ///< from which sender
    std::int64_t transfer = 0;
    std::uint32_t fragment = 0;
    std::uint32_t size_bit = 0;  ///< of the whole transfer

    static ns3::TypeId GetTypeId();
    ns3::TypeId GetInstanceTypeId() const override;
    std::uint32_t GetSerializedSize() const override;
    void Serialize(ns3::Buffer::Iterator out) const override;
    std::uint32_t Deserialize(ns3::Buffer::Iterator in) override;
    void Print(std::ostream& out) const override;
};

/// An acknowledgement, the other way: which of the last packets have arrived.
class AckHeader : public ns3::Header {
  public:
    static constexpr std::uint32_t WINDOW = 64;

    std::uint32_t largest = 0;   ///< largest packet number that has arrived
    std::uint64_t received = 0;  ///< bit i: packet largest - i has arrived

    static ns3::TypeId GetTypeId();
    ns3::TypeId GetInstanceTypeId() const override;
    std::uint32_t GetSerializedSize() const override;
    void Serialize(ns3::Buffer::Iterator out) const override;
    std::uint32_t Deserialize(ns3::Buffer::Iterator in) override;
    void Print(std::ostream& out) const override;
};

}  // namespace physical

#endif
