// SPDX-License-Identifier: GPL-2.0-only
#ifndef TWIN_UPLOAD_SENDER_H
#define TWIN_UPLOAD_SENDER_H

#include "task.h"

#include "ns3/event-id.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/socket.h"

#include <deque>
#include <map>
#include <vector>

namespace twin {

/**
 * The user's end of the task upload: UDP with selective repeat.
 *
 * ns-3's X2 handover loses what waits in the user's RLC, and TCP's timers would make delays that
 * are not the radio's; so every fragment is repaired here. Loss detection follows RFC 9002: each
 * transmission has a new packet number; a packet is lost when one sent REORDERING later has been
 * acknowledged; when nothing is heard for a while, or after a handover, probes ask for an
 * acknowledgement. Nothing is declared lost without such evidence.
 */
class UploadSender {
  public:
    static constexpr std::size_t WINDOW = 32;              ///< packets in flight
    static constexpr std::uint32_t REORDERING = 3;         ///< packets
    static constexpr std::uint32_t FRAGMENT_BYTES = 1376;  ///< payload; 1,400 with the header

    UploadSender(ns3::Ptr<ns3::Node> node, std::uint32_t ue, const ns3::Address& edge);

    /// Queue a task behind the user's earlier ones.
    void Submit(const Task& task);

    /// The user's link works again (connected, or handed over): find out what got lost.
    void OnLinkRestored();

    /// Bits of submitted tasks that the edge has not acknowledged.
    double BacklogBit() const { return m_backlog_bit; }

  private:
    /// A task of which something is still unacknowledged.
    struct Pending {
        std::uint32_t fragments;
        std::uint32_t size_bit;
        std::vector<bool> acknowledged;
        std::uint32_t remaining;  ///< fragments not acknowledged
    };
    struct Fragment {
        std::int64_t task;
        std::uint32_t index;
    };
    struct InFlight {
        Fragment fragment;
        ns3::Time sent;
    };

    void FillWindow();
    /// Is the fragment still missing at the edge, as far as we know?
    bool IsNeeded(const Fragment& fragment) const;
    void Transmit(const Fragment& fragment);
    void SendProbe();
    void OnReceive(ns3::Ptr<ns3::Socket> socket);
    void Acknowledge(const InFlight& packet);
    void UpdateRoundTrip(ns3::Time sample);
    void RestartTimer();
    static double FragmentBit(const Pending& task, std::uint32_t index);

    std::uint32_t m_ue;
    ns3::Ptr<ns3::Socket> m_socket;
    std::map<std::int64_t, Pending> m_tasks;
    std::deque<Fragment> m_lost;                    ///< to be sent again, before anything new
    std::deque<Fragment> m_unsent;                  ///< never sent
    std::map<std::uint32_t, InFlight> m_in_flight;  ///< by packet number
    std::uint32_t m_next_packet = 1;
    double m_backlog_bit = 0;
    ns3::Time m_smoothed_rtt;
    ns3::Time m_rtt_variation;
    std::uint32_t m_probes_in_a_row = 0;
    ns3::EventId m_timer;
};

}  // namespace twin

#endif
