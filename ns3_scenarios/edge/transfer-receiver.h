// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRANSFER_RECEIVER_H
#define PHYSICAL_TRANSFER_RECEIVER_H

#include "transfer-headers.h"

#include "ns3/address.h"
#include "ns3/event-id.h"
#include "ns3/node.h"
#include "ns3/socket.h"

#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace physical {

/// The far end of transfers (see TransferSender), of one flow or many: puts fragments together,
/// acknowledges.
class TransferReceiver {
  public:
    using Complete = std::function<void(std::int64_t transfer)>;

    /// @param complete called once per transfer, when its last byte has arrived
    TransferReceiver(ns3::Ptr<ns3::Node> node, std::uint16_t port, Complete complete);

    /// Forget a flow's unfinished transfers; what comes late of those below @p next is ignored.
    void Drop(std::uint32_t flow, std::int64_t next);

    /// Bits that have arrived, each counted once.
    std::int64_t DeliveredBit(std::uint32_t flow) const;
    /// Those of one transfer; of a finished one that is no longer remembered, 0.
    std::int64_t DeliveredBit(std::uint32_t flow, std::int64_t transfer) const;

  private:
    struct Unfinished {
        std::vector<bool> arrived;  ///< by fragment
        std::uint32_t delivered_bit = 0;
    };
    struct Sender {
        ns3::Address address;
        std::uint32_t largest = 0;
        std::uint64_t received = 0;        ///< as in AckHeader
        std::uint32_t unacknowledged = 0;  ///< packets since the last acknowledgement
        std::map<std::int64_t, Unfinished> unfinished;
        std::map<std::int64_t, std::uint32_t> finished;  ///< size of the last ones: late duplicates
        std::deque<std::int64_t> finished_in_turn;       ///< the same ones; servers are not in step
        std::int64_t first_transfer = 0;                 ///< those below were dropped
        std::int64_t delivered_bit = 0;
        ns3::EventId delayed_ack;
    };

    void OnReceive(ns3::Ptr<ns3::Socket> socket);
    /// Note an arrival. @return true if the packet did not continue the sequence
    static bool NotePacket(Sender& sender, std::uint32_t packet_number);
    /// @return true if this fragment completes its transfer
    static bool NoteFragment(Sender& sender, const FragmentHeader& header);
    void SendAck(Sender& sender);

    ns3::Ptr<ns3::Socket> m_socket;
    std::map<std::uint32_t, Sender> m_senders;  ///< by flow
    Complete m_complete;
};

}  // namespace physical

#endif
