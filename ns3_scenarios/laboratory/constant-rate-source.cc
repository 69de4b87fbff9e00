// SPDX-License-Identifier: GPL-2.0-only
#include "constant-rate-source.h"

#include "ns3/inet-socket-address.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/udp-socket-factory.h"

namespace physical {

namespace {

const ns3::Time TICK = ns3::MilliSeconds(1);  // an LTE subframe: finer makes no difference to it

}  // namespace

ConstantRateSource::ConstantRateSource(ns3::Ptr<ns3::Node> node, const ns3::Address& destination)
    : m_socket(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())) {
    m_socket->Bind();
    m_socket->Connect(destination);
    ns3::Simulator::ScheduleNow([this] { Send(); });
}

void ConstantRateSource::SetRateBps(double rate_bps) {
    m_rate_bps = rate_bps;
}

void ConstantRateSource::Send() {
    m_due_bytes += m_rate_bps / 8 * TICK.GetSeconds();
    for (; m_due_bytes >= PACKET_BYTES; m_due_bytes -= PACKET_BYTES) {
        if (m_socket->Send(ns3::Create<ns3::Packet>(PACKET_BYTES)) > 0) {
            m_sent_bytes += PACKET_BYTES;
        }
    }
    ns3::Simulator::Schedule(TICK, [this] { Send(); });
}

ByteSink::ByteSink(ns3::Ptr<ns3::Node> node, std::uint16_t port)
    : m_socket(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())) {
    m_socket->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));
    m_socket->SetRecvCallback(ns3::MakeCallback(&ByteSink::OnReceive, this));
}

void ByteSink::OnReceive(ns3::Ptr<ns3::Socket> socket) {
    while (const auto packet = socket->Recv()) {
        m_received_bytes += packet->GetSize();
    }
}

}  // namespace physical
