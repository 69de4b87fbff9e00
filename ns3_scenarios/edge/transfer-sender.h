// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRANSFER_SENDER_H
#define PHYSICAL_TRANSFER_SENDER_H

#include "transfer-receiver.h"

#include "ns3/event-id.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/socket.h"

#include <deque>
#include <map>
#include <vector>

namespace physical {

/**
 * Sends transfers (tasks up, results down) one after another: UDP with selective repeat.
 *
 * ns-3's X2 handover loses what waits in the user's RLC, and TCP's timers would make delays that
 * are not the radio's; so every fragment is repaired here. Loss detection is like that of RFC 9002:
 * each transmission has a new packet number; a packet is lost when one sent more than REORDERING
 * later has been acknowledged (there: at least kPacketThreshold later); when nothing is heard for a
 * while, or after a handover, probes ask for an acknowledgement. Nothing is declared lost without
 * such evidence.
 */
class TransferSender {
  public:
    static constexpr std::size_t WINDOW = 32;       ///< packets in flight
    static constexpr std::uint32_t REORDERING = 3;  ///< packets

    /// @param flow tells the receiver whose transfers these are
    TransferSender(ns3::Ptr<ns3::Node> node, std::uint32_t flow, const ns3::Address& destination);

    /// Queue a transfer behind the earlier ones.
    void Submit(std::int64_t transfer, std::uint32_t size_bit);

    /// Forget all transfers: nobody waits for them any more.
    void Drop();

    /// The user's link works again (connected, or handed over): find out what got lost.
    void OnLinkRestored();

    /// Bits of submitted transfers that the receiver has not acknowledged.
    double BacklogBit() const { return m_backlog_bit; }
    /// Those of them that have arrived, the acknowledgement not yet.
    double UnconfirmedBit(const TransferReceiver& receiver) const;
    /// Bits sent again because a later packet was acknowledged first: lost, as far as one can know.
    double LostBit() const { return m_lost_bit; }
    /// Bits sent again to break a silence, or after a handover, to learn what has arrived.
    double ProbedBit() const { return m_probed_bit; }

  private:
    /// A transfer of which something is still unacknowledged.
    struct Pending {
        std::uint32_t size_bit;
        std::uint32_t acknowledged_bit;
        std::vector<bool> acknowledged;
    };
    struct Fragment {
        std::int64_t transfer;
        std::uint32_t index;
    };
    struct InFlight {
        Fragment fragment;
        ns3::Time sent;
    };

    void FillWindow();
    /// Is the fragment still missing at the far end, as far as we know?
    bool IsNeeded(const Fragment& fragment) const;
    void Transmit(const Fragment& fragment);
    void SendProbe();
    void OnReceive(ns3::Ptr<ns3::Socket> socket);
    void Acknowledge(const InFlight& packet);
    void UpdateRoundTrip(ns3::Time sample);
    void RestartTimer();
    std::uint32_t FragmentBit(const Fragment& fragment) const;

    std::uint32_t m_flow;
    ns3::Ptr<ns3::Socket> m_socket;
    std::map<std::int64_t, Pending> m_pending;
    std::deque<Fragment> m_lost;                    ///< to be sent again, before anything new
    std::deque<Fragment> m_unsent;                  ///< never sent
    std::map<std::uint32_t, InFlight> m_in_flight;  ///< by packet number
    std::uint32_t m_next_packet = 1;
    double m_backlog_bit = 0;
    double m_lost_bit = 0;
    double m_probed_bit = 0;
    ns3::Time m_smoothed_rtt;
    ns3::Time m_rtt_variation;
    std::uint32_t m_probes_in_a_row = 0;
    ns3::EventId m_timer;
};

}  // namespace physical

#endif
