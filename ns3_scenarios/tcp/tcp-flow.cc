// SPDX-License-Identifier: GPL-2.0-only
#include "tcp-flow.h"

#include "tcp-settings.h"

#include "ns3/simulator.h"
#include "ns3/tcp-l4-protocol.h"

#include <algorithm>

namespace physical {

TcpFlow::TcpFlow(ns3::Ptr<ns3::Node> sender, const ns3::InetSocketAddress& receiver)
    : m_receiver(receiver) {
    m_socket = ns3::DynamicCast<ns3::TcpSocketBase>(
        sender->GetObject<ns3::TcpL4Protocol>()->CreateSocket());
    m_socket->SetCongestionControlAlgorithm(m_congestion);
    m_congestion->OnAcknowledged([this](std::uint32_t bytes) { CountAcknowledged(bytes); });
    m_socket->TraceConnectWithoutContext(
        "Retransmission",
        ns3::Callback<void, ns3::Ptr<const ns3::Packet>, const ns3::TcpHeader&, const ns3::Address&,
                      const ns3::Address&, ns3::Ptr<const ns3::TcpSocketBase>>(
            [this](ns3::Ptr<const ns3::Packet> packet, const ns3::TcpHeader&, const ns3::Address&,
                   const ns3::Address&, ns3::Ptr<const ns3::TcpSocketBase>) {
                m_totals.retransmitted_bit += 8.0 * packet->GetSize();
            }));
}

void TcpFlow::Start() {
    m_is_started = true;
    m_start = ns3::Simulator::Now();
    m_socket->SetConnectCallback(
        ns3::Callback<void, ns3::Ptr<ns3::Socket>>([this](ns3::Ptr<ns3::Socket>) {
            m_on_established();
            Fill();
        }),
        ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
    m_socket->SetSendCallback(ns3::Callback<void, ns3::Ptr<ns3::Socket>, std::uint32_t>(
        [this](ns3::Ptr<ns3::Socket>, std::uint32_t) { Fill(); }));
    m_socket->Bind();
    m_socket->Connect(m_receiver);
    m_socket->ShutdownRecv();
}

double TcpFlow::LatestRttS() const {
    return m_least_rtt_s > 0 ? m_congestion->State().m_lastRtt.Get().GetSeconds() : 0;
}

double TcpFlow::WindowPackets() const {
    const ns3::TcpSocketState& state = m_congestion->State();
    return 1.0 * state.m_cWnd / state.m_segmentSize;
}

double TcpFlow::InFlightPackets() const {
    const ns3::TcpSocketState& state = m_congestion->State();
    return 1.0 * state.m_bytesInFlight / state.m_segmentSize;
}

void TcpFlow::Fill() {
    while (m_socket->GetTxAvailable() >= SEGMENT_BYTES) {
        m_socket->Send(ns3::Create<ns3::Packet>(SEGMENT_BYTES), 0);
    }
}

void TcpFlow::CountAcknowledged(std::uint32_t bytes) {
    if (bytes == 0) {
        return;  // of the handshake, or of what has been acknowledged already
    }
    const double rtt_s = m_congestion->State().m_lastRtt.Get().GetSeconds();
    m_totals.delivered_bit += 8.0 * bytes;
    m_totals.rtt_sum_s += rtt_s;
    m_totals.acknowledgements += 1;
    m_least_rtt_s = m_least_rtt_s > 0 ? std::min(m_least_rtt_s, rtt_s) : rtt_s;
    if (m_on_acknowledged) {
        m_on_acknowledged();
    }
}

}  // namespace physical
