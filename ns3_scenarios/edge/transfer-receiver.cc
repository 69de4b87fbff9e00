// SPDX-License-Identifier: GPL-2.0-only
#include "transfer-receiver.h"

#include "ns3/inet-socket-address.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/udp-socket-factory.h"

#include <algorithm>

namespace physical {

namespace {

constexpr std::uint32_t PACKETS_PER_ACK = 4;  // fewer downlink packets than one each
const ns3::Time ACK_DELAY = ns3::MilliSeconds(10);
constexpr std::size_t REMEMBERED_TRANSFERS = 256;  // far more than fit in a window

}  // namespace

TransferReceiver::TransferReceiver(ns3::Ptr<ns3::Node> node, std::uint16_t port, Complete complete)
    : m_socket(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())),
      m_complete(std::move(complete)) {
    m_socket->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));
    m_socket->SetRecvCallback(ns3::MakeCallback(&TransferReceiver::OnReceive, this));
}

void TransferReceiver::OnReceive(ns3::Ptr<ns3::Socket> socket) {
    ns3::Address from;
    while (auto packet = socket->RecvFrom(from)) {
        FragmentHeader header;
        packet->RemoveHeader(header);
        Sender& sender = m_senders[header.flow];
        if (header.transfer < sender.first_transfer) {
            continue;
        }
        sender.address = from;
        const bool gap = NotePacket(sender, header.packet_number);
        const bool completed = NoteFragment(sender, header);
        if (gap || completed || ++sender.unacknowledged >= PACKETS_PER_ACK) {
            SendAck(sender);
        } else if (!sender.delayed_ack.IsPending()) {
            sender.delayed_ack =
                ns3::Simulator::Schedule(ACK_DELAY, [this, &sender] { SendAck(sender); });
        }
        if (completed) {
            m_complete(header.transfer);
        }
    }
}

void TransferReceiver::Drop(std::uint32_t flow, std::int64_t next) {
    Sender& sender = m_senders[flow];
    sender.delayed_ack.Cancel();
    sender.unfinished.clear();
    sender.first_transfer = next;
}

bool TransferReceiver::NotePacket(Sender& sender, std::uint32_t packet_number) {
    const bool gap = packet_number != sender.largest + 1;
    if (packet_number > sender.largest) {
        const std::uint32_t shift = packet_number - sender.largest;
        sender.received = shift < AckHeader::WINDOW ? sender.received << shift : 0;
        sender.largest = packet_number;
    }
    const std::uint32_t behind = sender.largest - packet_number;
    if (behind < AckHeader::WINDOW) {
        sender.received |= std::uint64_t{1} << behind;
    }
    return gap;
}

bool TransferReceiver::NoteFragment(Sender& sender, const FragmentHeader& header) {
    if (sender.finished.contains(header.transfer)) {
        return false;
    }
    Unfinished& transfer = sender.unfinished[header.transfer];
    transfer.arrived.resize(Fragmentation::Count(header.size_bit));
    if (!transfer.arrived.at(header.fragment)) {
        transfer.arrived[header.fragment] = true;
        const std::uint32_t fresh_bit = Fragmentation::Bit(header.size_bit, header.fragment);
        transfer.delivered_bit += fresh_bit;
        sender.delivered_bit += fresh_bit;
    }
    if (transfer.delivered_bit < header.size_bit) {
        return false;
    }
    sender.unfinished.erase(header.transfer);
    sender.finished[header.transfer] = header.size_bit;
    sender.finished_in_turn.push_back(header.transfer);
    if (sender.finished_in_turn.size() > REMEMBERED_TRANSFERS) {
        sender.finished.erase(sender.finished_in_turn.front());
        sender.finished_in_turn.pop_front();
    }
    return true;
}

std::int64_t TransferReceiver::DeliveredBit(std::uint32_t flow) const {
    const auto sender = m_senders.find(flow);
    return sender == m_senders.end() ? 0 : sender->second.delivered_bit;
}

std::int64_t TransferReceiver::DeliveredBit(std::uint32_t flow, std::int64_t transfer) const {
    const auto sender = m_senders.find(flow);
    if (sender == m_senders.end()) {
        return 0;
    }
    if (const auto done = sender->second.finished.find(transfer);
        done != sender->second.finished.end()) {
        return done->second;
    }
    const auto open = sender->second.unfinished.find(transfer);
    return open == sender->second.unfinished.end() ? 0 : open->second.delivered_bit;
}

void TransferReceiver::SendAck(Sender& sender) {
    sender.delayed_ack.Cancel();
    sender.unacknowledged = 0;
    AckHeader header;
    header.largest = sender.largest;
    header.received = sender.received;
    auto packet = ns3::Create<ns3::Packet>();
    packet->AddHeader(header);
    m_socket->SendTo(packet, 0, sender.address);
}

}  // namespace physical
