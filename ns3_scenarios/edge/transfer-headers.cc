// SPDX-License-Identifier: GPL-2.0-only
#include "transfer-headers.h"

namespace physical {

ns3::TypeId FragmentHeader::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::FragmentHeader")
                                 .SetParent<ns3::Header>()
                                 .AddConstructor<FragmentHeader>();
    return tid;
}

ns3::TypeId FragmentHeader::GetInstanceTypeId() const {
    return GetTypeId();
}

std::uint32_t FragmentHeader::GetSerializedSize() const {
    return 24;
}

void FragmentHeader::Serialize(ns3::Buffer::Iterator out) const {
    out.WriteHtonU32(packet_number);
    out.WriteHtonU32(flow);
    out.WriteHtonU64(static_cast<std::uint64_t>(transfer));
    out.WriteHtonU32(fragment);
    out.WriteHtonU32(size_bit);
}

std::uint32_t FragmentHeader::Deserialize(ns3::Buffer::Iterator in) {
    packet_number = in.ReadNtohU32();
    flow = in.ReadNtohU32();
    transfer = static_cast<std::int64_t>(in.ReadNtohU64());
    fragment = in.ReadNtohU32();
    size_bit = in.ReadNtohU32();
    return GetSerializedSize();
}

void FragmentHeader::Print(std::ostream& out) const {
    out << "packet " << packet_number << " flow " << flow << " transfer " << transfer
        << " fragment " << fragment << " of " << size_bit << " bit";
}

ns3::TypeId AckHeader::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::AckHeader").SetParent<ns3::Header>().AddConstructor<AckHeader>();
    return tid;
}

ns3::TypeId AckHeader::GetInstanceTypeId() const {
    return GetTypeId();
}

std::uint32_t AckHeader::GetSerializedSize() const {
    return 12;
}

void AckHeader::Serialize(ns3::Buffer::Iterator out) const {
    out.WriteHtonU32(largest);
    out.WriteHtonU64(received);
}

std::uint32_t AckHeader::Deserialize(ns3::Buffer::Iterator in) {
    largest = in.ReadNtohU32();
    received = in.ReadNtohU64();
    return GetSerializedSize();
}

void AckHeader::Print(std::ostream& out) const {
    out << "largest " << largest << " received " << received;
}

}  // namespace physical
