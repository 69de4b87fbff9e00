// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TCP_NETWORK_H
#define PHYSICAL_TCP_NETWORK_H

#include "tcp-settings.h"

#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/node-container.h"
#include "ns3/onoff-application.h"
#include "ns3/queue-disc.h"

#include <cstdint>
#include <vector>

namespace physical {

/**
 * Senders at one router, one link from there to all receivers:
 *
 *     sender 0 ── rtt_0 / 2 ──┐
 *     sender 1 ── rtt_1 / 2 ──┤ router ══ bottleneck ══ receiver
 *     others ─────────────────┘
 *
 * Packets wait at the bottleneck alone; the whole propagation delay of a flow lies in its own link.
 */
class TcpNetwork {
  public:
    TcpNetwork(const TcpSettings& settings, const std::vector<FlowSettings>& flows);

    ns3::Ptr<ns3::Node> Sender(std::size_t flow) const { return m_senders.Get(flow); }

    /// Where a flow's receiver listens.
    ns3::InetSocketAddress Receiver(std::size_t flow) const;

    /// Packets that wait at the bottleneck.
    std::uint32_t QueuedPackets() const { return m_queue->GetNPackets(); }

    /// Assign the random streams anew: of losses and of the cross traffic.
    void AssignStreams();

  private:
    void Connect(ns3::Ptr<ns3::Node> sender, double delay_s, std::size_t subnet);
    void BuildBottleneck(const TcpSettings& settings);
    void BuildCrossTraffic(const TcpSettings& settings);

    double m_access_mbps;
    ns3::NodeContainer m_senders;
    ns3::NodeContainer m_others;  ///< none or one
    ns3::NodeContainer m_router;
    ns3::NodeContainer m_receiver;
    ns3::Ipv4Address m_receiver_address;
    ns3::Ptr<ns3::QueueDisc> m_queue;
    ns3::Ptr<ns3::RateErrorModel> m_losses = ns3::CreateObject<ns3::RateErrorModel>();
    ns3::Ptr<ns3::OnOffApplication> m_cross;  ///< or null
};

}  // namespace physical

#endif
