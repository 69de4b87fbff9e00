// SPDX-License-Identifier: GPL-2.0-only
#include "upload-sender.h"

#include "upload-headers.h"

#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/udp-socket-factory.h"

#include <algorithm>

namespace twin {

using ns3::MilliSeconds;
using ns3::Simulator;
using ns3::Time;

namespace {

const Time FIRST_PROBE = MilliSeconds(500);  // before there is a round-trip sample
const Time MIN_PROBE = MilliSeconds(50);
const Time MAX_PROBE = MilliSeconds(2000);
constexpr std::uint32_t PROBES = 2;  // at a time: one may get lost

}  // namespace

UploadSender::UploadSender(ns3::Ptr<ns3::Node> node, std::uint32_t ue, const ns3::Address& edge)
    : m_ue(ue), m_socket(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())) {
    m_socket->Bind();
    m_socket->Connect(edge);
    m_socket->SetRecvCallback(ns3::MakeCallback(&UploadSender::OnReceive, this));
}

void UploadSender::Submit(const Task& task) {
    const std::uint32_t bytes = (task.size_bit + 7) / 8;
    const std::uint32_t fragments = (bytes + FRAGMENT_BYTES - 1) / FRAGMENT_BYTES;
    m_tasks[task.id] = {fragments, task.size_bit, std::vector<bool>(fragments), fragments};
    m_backlog_bit += task.size_bit;
    for (std::uint32_t i = 0; i < fragments; ++i) {
        m_unsent.push_back({task.id, i});
    }
    FillWindow();
}

void UploadSender::OnLinkRestored() {
    m_probes_in_a_row = 0;
    SendProbe();
}

void UploadSender::FillWindow() {
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

bool UploadSender::IsNeeded(const Fragment& fragment) const {
    const auto task = m_tasks.find(fragment.task);
    return task != m_tasks.end() && !task->second.acknowledged[fragment.index];
}

void UploadSender::Transmit(const Fragment& fragment) {
    const Pending& task = m_tasks.at(fragment.task);
    FragmentHeader header;
    header.packet_number = m_next_packet++;
    header.ue = m_ue;
    header.task = fragment.task;
    header.fragment = fragment.index;
    header.fragments = task.fragments;
    auto packet = ns3::Create<ns3::Packet>(
        static_cast<std::uint32_t>(std::ceil(FragmentBit(task, fragment.index) / 8)));
    packet->AddHeader(header);
    m_in_flight[header.packet_number] = {fragment, Simulator::Now()};
    m_socket->Send(
        packet);  // a packet that the disconnected modem drops is repaired like any other
}

void UploadSender::SendProbe() {
    // The oldest packets, once more: what the edge acknowledges then tells the fate of the rest.
    std::erase_if(m_in_flight,
                  [this](const auto& item) { return !IsNeeded(item.second.fragment); });
    std::vector<Fragment> oldest;
    for (auto it = m_in_flight.begin(); it != m_in_flight.end() && oldest.size() < PROBES; ++it) {
        oldest.push_back(it->second.fragment);
    }
    for (const Fragment& fragment : oldest) {
        Transmit(fragment);
    }
    RestartTimer();
}

void UploadSender::OnReceive(ns3::Ptr<ns3::Socket> socket) {
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
            m_lost.push_back(it->second.fragment);
            it = m_in_flight.erase(it);
        }
    }
    m_probes_in_a_row = 0;
    RestartTimer();
    FillWindow();
}

void UploadSender::Acknowledge(const InFlight& packet) {
    if (!IsNeeded(packet.fragment)) {
        return;  // it was sent twice and arrived twice
    }
    const auto it = m_tasks.find(packet.fragment.task);
    Pending& task = it->second;
    task.acknowledged[packet.fragment.index] = true;
    m_backlog_bit -= FragmentBit(task, packet.fragment.index);
    if (--task.remaining == 0) {
        m_tasks.erase(it);
    }
}

void UploadSender::UpdateRoundTrip(Time sample) {
    // RFC 6298, equations 2.2 and 2.3
    if (m_smoothed_rtt.IsZero()) {
        m_smoothed_rtt = sample;
        m_rtt_variation = sample / 2;
    } else {
        m_rtt_variation = (m_rtt_variation * 3 + Abs(m_smoothed_rtt - sample)) / 4;
        m_smoothed_rtt = (m_smoothed_rtt * 7 + sample) / 8;
    }
}

void UploadSender::RestartTimer() {
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

double UploadSender::FragmentBit(const Pending& task, std::uint32_t index) {
    constexpr double FULL = FRAGMENT_BYTES * 8;
    return index + 1 < task.fragments ? FULL : task.size_bit - FULL * (task.fragments - 1);
}

}  // namespace twin
