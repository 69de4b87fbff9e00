// SPDX-License-Identifier: GPL-2.0-only
#ifndef TWIN_UPLOAD_HEADERS_H
#define TWIN_UPLOAD_HEADERS_H

#include "ns3/header.h"

#include <cstdint>

namespace twin {

/// What precedes the payload of an uplink packet: one fragment of one task.
class FragmentHeader : public ns3::Header {
  public:
    std::uint32_t packet_number = 0;  ///< grows with every transmission, retransmissions included
    std::uint32_t ue = 0;
    std::int64_t task = 0;
    std::uint32_t fragment = 0;
    std::uint32_t fragments = 0;  ///< of the whole task

    static ns3::TypeId GetTypeId();
    ns3::TypeId GetInstanceTypeId() const override;
    std::uint32_t GetSerializedSize() const override;
    void Serialize(ns3::Buffer::Iterator out) const override;
    std::uint32_t Deserialize(ns3::Buffer::Iterator in) override;
    void Print(std::ostream& out) const override;
};

/// A downlink acknowledgement: which of the last packets have arrived.
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

}  // namespace twin

#endif
