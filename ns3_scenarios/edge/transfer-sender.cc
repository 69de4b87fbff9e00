// SPDX-License-Identifier: GPL-2.0-only
#include "transfer-sender.h"

#include "transfer-headers.h"

#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/udp-socket-factory.h"

#include <algorithm>

namespace physical {

using ns3::MilliSeconds;
using ns3::Simulator;
using ns3::Time;

namespace {

const Time FIRST_PROBE = MilliSeconds(500);  // before there is a round-trip sample
const Time MIN_PROBE = MilliSeconds(50);
const Time MAX_PROBE = MilliSeconds(2000);
constexpr std::uint32_t PROBES = 2;  // at a time: one may get lost

}  // namespace

TransferSender::TransferSender(ns3::Ptr<ns3::Node> node,
                               std::uint32_t flow,
                               const ns3::Address& destination)
    : m_flow(flow), m_socket(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())) {
    m_socket->Bind();
    m_socket->Connect(destination);
    m_socket->SetRecvCallback(ns3::MakeCallback(&TransferSender::OnReceive, this));
}

void TransferSender::Submit(std::int64_t transfer, std::uint32_t size_bit) {
    const std::uint32_t fragments = Fragmentation::Count(size_bit);
    m_pending[transfer] = {size_bit, 0, std::vector<bool>(fragments)};
    m_backlog_bit += size_bit;
    for (std::uint32_t i = 0; i < fragments; ++i) {
        m_unsent.push_back({transfer, i});
    }
    FillWindow();
}

void TransferSender::Drop() {
    m_timer.Cancel();
    m_pending.clear();
    m_lost.clear();
    m_unsent.clear();
    m_in_flight.clear();
    m_backlog_bit = 0;
    m_probes_in_a_row = 0;
}

double TransferSender::UnconfirmedBit(const TransferReceiver& receiver) const {
    double bit = 0;
    for (const auto& [transfer, pending] : m_pending) {
        bit +=
            static_cast<double>(receiver.DeliveredBit(m_flow, transfer)) - pending.acknowledged_bit;
    }
    return bit;
}

void TransferSender::OnLinkRestored() {
    m_probes_in_a_row = 0;
    SendProbe();
}

void TransferSender::FillWindow() {
    while (m_in_flight.size() < WINDOW && !(m_lost.empty() && m_unsent.empty())) {
        auto& queue = m_lost.empty() ? m_unsent : m_lost;
        const Fragment fragment = queue.front();
        queue.pop_front();
        if (IsNeeded(fragment)) {
            Transmit(fragment);
        }
    }
    if (!m_timer.IsPending()) {
        RestartTimer();
    }
}

bool TransferSender::IsNeeded(const Fragment& fragment) const {
    const auto pending = m_pending.find(fragment.transfer);
    return pending != m_pending.end() && !pending->second.acknowledged[fragment.index];
}

void TransferSender::Transmit(const Fragment& fragment) {
    FragmentHeader header;
    header.packet_number = m_next_packet++;
    header.flow = m_flow;
    header.transfer = fragment.transfer;
    header.fragment = fragment.index;
    header.size_bit = m_pending.at(fragment.transfer).size_bit;
    const std::uint32_t bit = Fragmentation::Bit(header.size_bit, fragment.index);
    auto packet = ns3::Create<ns3::Packet>((bit + 7) / 8);
    packet->AddHeader(header);
    m_in_flight[header.packet_number] = {fragment, Simulator::Now()};
    m_socket->Send(
        packet);  // a packet that the disconnected modem drops is repaired like any other
}

void TransferSender::SendProbe() {
    // The oldest packets, once more: what is acknowledged then tells the fate of the rest.
    std::erase_if(m_in_flight,
                  [this](const auto& item) { return !IsNeeded(item.second.fragment); });
    std::vector<Fragment> oldest;
    for (auto it = m_in_flight.begin(); it != m_in_flight.end() && oldest.size() < PROBES; ++it) {
        oldest.push_back(it->second.fragment);
    }
    for (const Fragment& fragment : oldest) {
        m_probed_bit += FragmentBit(fragment);
        Transmit(fragment);
    }
    RestartTimer();
    if (m_in_flight.empty()) {
        FillWindow();  // the window held nothing but repetitions of what has arrived
    }
}

void TransferSender::OnReceive(ns3::Ptr<ns3::Socket> socket) {
    while (auto packet = socket->Recv()) {
        AckHeader ack;
        packet->RemoveHeader(ack);
        for (std::uint32_t i = 0; i < AckHeader::WINDOW && i < ack.largest; ++i) {
            const auto it = m_in_flight.find(ack.largest - i);
            if (((ack.received >> i) & 1) != 0 && it != m_in_flight.end()) {
                if (i == 0) {
                    UpdateRoundTrip(Simulator::Now() - it->second.sent);
                }
                Acknowledge(it->second);
                m_in_flight.erase(it);
            }
        }
        // In order of packet number, so that the oldest are sent again first.
        for (auto it = m_in_flight.begin();
             it != m_in_flight.end() && it->first + REORDERING < ack.largest;) {
            if (IsNeeded(it->second.fragment)) {
                m_lost_bit += FragmentBit(it->second.fragment);
                m_lost.push_back(it->second.fragment);
            }
            it = m_in_flight.erase(it);
        }
    }
    m_probes_in_a_row = 0;
    RestartTimer();
    FillWindow();
}

void TransferSender::Acknowledge(const InFlight& packet) {
    if (!IsNeeded(packet.fragment)) {
        return;  // it was sent twice and arrived twice
    }
    const auto it = m_pending.find(packet.fragment.transfer);
    Pending& pending = it->second;
    const std::uint32_t bit = FragmentBit(packet.fragment);
    pending.acknowledged[packet.fragment.index] = true;
    pending.acknowledged_bit += bit;
    m_backlog_bit -= bit;
    if (pending.acknowledged_bit == pending.size_bit) {
        m_pending.erase(it);
    }
}

void TransferSender::UpdateRoundTrip(Time sample) {
    // RFC 6298, equations 2.2 and 2.3
    if (m_smoothed_rtt.IsZero()) {
        m_smoothed_rtt = sample;
        m_rtt_variation = sample / 2;
    } else {
        m_rtt_variation = (m_rtt_variation * 3 + Abs(m_smoothed_rtt - sample)) / 4;
        m_smoothed_rtt = (m_smoothed_rtt * 7 + sample) / 8;
    }
}

void TransferSender::RestartTimer() {
    m_timer.Cancel();
    if (m_in_flight.empty()) {
        return;
    }
    Time wait = m_smoothed_rtt.IsZero() ? FIRST_PROBE : m_smoothed_rtt + m_rtt_variation * 4;
    wait = std::min(std::max(wait, MIN_PROBE) * (1 << std::min(m_probes_in_a_row, 6U)), MAX_PROBE);
    m_timer = Simulator::Schedule(wait, [this] {
        ++m_probes_in_a_row;
        SendProbe();
    });
}

std::uint32_t TransferSender::FragmentBit(const Fragment& fragment) const {
    return Fragmentation::Bit(m_pending.at(fragment.transfer).size_bit, fragment.index);
}

}  // namespace physical
