// SPDX-License-Identifier: GPL-2.0-only
#ifndef TWIN_UPLOAD_RECEIVER_H
#define TWIN_UPLOAD_RECEIVER_H

#include "upload-headers.h"

#include "ns3/address.h"
#include "ns3/event-id.h"
#include "ns3/node.h"
#include "ns3/socket.h"

#include <functional>
#include <map>
#include <set>
#include <vector>

namespace twin {

/// The edge's end of the task upload (see UploadSender): puts fragments together, acknowledges.
class UploadReceiver {
  public:
    using Complete = std::function<void(std::int64_t task)>;

    /// @param complete called once per task, when its last byte has arrived
    UploadReceiver(ns3::Ptr<ns3::Node> node,
                   std::uint16_t port,
                   std::size_t n_ue,
                   Complete complete);

  private:
    struct Sender {
        ns3::Address address;
        std::uint32_t largest = 0;
        std::uint64_t received = 0;        ///< as in AckHeader
        std::uint32_t unacknowledged = 0;  ///< packets since the last acknowledgement
        std::map<std::int64_t, std::vector<bool>> unfinished;  ///< fragments that have arrived
        std::set<std::int64_t> finished;  ///< the last ones, to know late duplicates
        ns3::EventId delayed_ack;
    };

    void OnReceive(ns3::Ptr<ns3::Socket> socket);
    /// Note an arrival. @return true if the packet did not continue the sequence
    static bool NotePacket(Sender& sender, std::uint32_t packet_number);
    /// @return true if this fragment completes its task
    static bool NoteFragment(Sender& sender, const FragmentHeader& header);
    void SendAck(Sender& sender);

    ns3::Ptr<ns3::Socket> m_socket;
    std::vector<Sender> m_senders;  ///< by user
    Complete m_complete;
};

}  // namespace twin

#endif
