// SPDX-License-Identifier: GPL-2.0-only
#include "upload-receiver.h"

#include "ns3/inet-socket-address.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/udp-socket-factory.h"

#include <algorithm>

namespace twin {

namespace {

constexpr std::uint32_t PACKETS_PER_ACK = 4;  // fewer downlink packets than one each
const ns3::Time ACK_DELAY = ns3::MilliSeconds(10);
constexpr std::size_t REMEMBERED_TASKS = 256;  // far more than fit in a window

}  // namespace

UploadReceiver::UploadReceiver(ns3::Ptr<ns3::Node> node,
                               std::uint16_t port,
                               std::size_t n_ue,
                               Complete complete)
    : m_socket(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())),
      m_senders(n_ue),
      m_complete(std::move(complete)) {
    m_socket->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));
    m_socket->SetRecvCallback(ns3::MakeCallback(&UploadReceiver::OnReceive, this));
}

void UploadReceiver::OnReceive(ns3::Ptr<ns3::Socket> socket) {
    ns3::Address from;
    while (auto packet = socket->RecvFrom(from)) {
        FragmentHeader header;
        packet->RemoveHeader(header);
        Sender& sender = m_senders.at(header.ue);
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
            m_complete(header.task);
        }
    }
}

bool UploadReceiver::NotePacket(Sender& sender, std::uint32_t packet_number) {
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

bool UploadReceiver::NoteFragment(Sender& sender, const FragmentHeader& header) {
    if (sender.finished.contains(header.task)) {
        return false;
    }
    std::vector<bool>& arrived = sender.unfinished[header.task];
    arrived.resize(header.fragments);
    arrived.at(header.fragment) = true;
    if (std::find(arrived.begin(), arrived.end(), false) != arrived.end()) {
        return false;
    }
    sender.unfinished.erase(header.task);
    sender.finished.insert(header.task);
    if (sender.finished.size() > REMEMBERED_TASKS) {
        sender.finished.erase(sender.finished.begin());
    }
    return true;
}

void UploadReceiver::SendAck(Sender& sender) {
    sender.delayed_ack.Cancel();
    sender.unacknowledged = 0;
    AckHeader header;
    header.largest = sender.largest;
    header.received = sender.received;
    auto packet = ns3::Create<ns3::Packet>();
    packet->AddHeader(header);
    m_socket->SendTo(packet, 0, sender.address);
}

}  // namespace twin
