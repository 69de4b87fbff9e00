// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CONSTANT_RATE_SOURCE_H
#define PHYSICAL_CONSTANT_RATE_SOURCE_H

#include "ns3/address.h"
#include "ns3/node.h"
#include "ns3/socket.h"

#include <cstdint>

namespace physical {

/// Sends UDP packets of constant size at a rate that may change at any time.
class ConstantRateSource {
  public:
    static constexpr std::uint32_t PACKET_BYTES = 1000;

    ConstantRateSource(ns3::Ptr<ns3::Node> node, const ns3::Address& destination);

    void SetRateBps(double rate_bps);
    std::int64_t SentBytes() const { return m_sent_bytes; }

  private:
    void Send();

    ns3::Ptr<ns3::Socket> m_socket;
    double m_rate_bps = 0;
    double m_due_bytes = 0;
    std::int64_t m_sent_bytes = 0;
};

/// Counts what arrives at a UDP port.
class ByteSink {
  public:
    ByteSink(ns3::Ptr<ns3::Node> node, std::uint16_t port);

    std::int64_t ReceivedBytes() const { return m_received_bytes; }

  private:
    void OnReceive(ns3::Ptr<ns3::Socket> socket);

    ns3::Ptr<ns3::Socket> m_socket;
    std::int64_t m_received_bytes = 0;
};

}  // namespace physical

#endif
