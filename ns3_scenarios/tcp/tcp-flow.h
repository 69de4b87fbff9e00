// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TCP_FLOW_H
#define PHYSICAL_TCP_FLOW_H

#include "flow-totals.h"
#include "steered-congestion.h"

#include "ns3/inet-socket-address.h"
#include "ns3/nstime.h"
#include "ns3/tcp-socket-base.h"

#include <cstdint>
#include <functional>
#include <utility>

namespace physical {

/// One flow that always has something to send, and what its sender knows.
class TcpFlow {
  public:
    TcpFlow(ns3::Ptr<ns3::Node> sender, const ns3::InetSocketAddress& receiver);
    TcpFlow(const TcpFlow&) = delete;
    TcpFlow& operator=(const TcpFlow&) = delete;

    /// Open the connection, under the control of whoever has been decided.
    void Start();

    bool IsStarted() const { return m_is_started; }
    ns3::Time StartTime() const { return m_start; }

    /// @param acknowledged called at every acknowledgement after the handshake
    void OnAcknowledged(std::function<void()> acknowledged) {
        m_on_acknowledged = std::move(acknowledged);
    }
    /// @param established called when the connection is
    void OnEstablished(std::function<void()> established) {
        m_on_established = std::move(established);
    }

    SteeredCongestion& Congestion() { return *m_congestion; }

    const FlowTotals& Totals() const { return m_totals; }
    /// Of the latest acknowledgement of data; 0: there is none.
    double LatestRttS() const;
    /// Smoothed (RFC 6298), after the handshake.
    double RoundTripS() const { return m_congestion->State().m_srtt.Get().GetSeconds(); }
    /// The least so far; 0: none has been measured.
    double LeastRttS() const { return m_least_rtt_s; }
    double WindowPackets() const;
    double InFlightPackets() const;

  private:
    void Fill();
    void CountAcknowledged(std::uint32_t bytes);

    ns3::InetSocketAddress m_receiver;
    ns3::Ptr<ns3::TcpSocketBase> m_socket;
    ns3::Ptr<SteeredCongestion> m_congestion = ns3::CreateObject<SteeredCongestion>();
    FlowTotals m_totals;
    double m_least_rtt_s = 0;
    bool m_is_started = false;
    ns3::Time m_start;
    std::function<void()> m_on_acknowledged;
    std::function<void()> m_on_established;
};

}  // namespace physical

#endif
