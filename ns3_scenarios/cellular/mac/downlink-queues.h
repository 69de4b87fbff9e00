// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DOWNLINK_QUEUES_H
#define PHYSICAL_DOWNLINK_QUEUES_H

#include "ns3/ff-mac-common.h"
#include "ns3/ff-mac-sched-sap.h"

#include <cstdint>
#include <map>
#include <vector>

namespace physical {

/// What one user's RLC entities have to send, as they last reported and less what was granted
/// since.
class DownlinkQueues {
  public:
    using Report = ns3::FfMacSchedSapProvider::SchedDlRlcBufferReqParameters;

    void Configure(std::uint8_t lcid) { m_queues.try_emplace(lcid); }
    void Release(std::uint8_t lcid) { m_queues.erase(lcid); }

    /// A report for a logical channel that is not configured is ignored: the MAC could not serve
    /// it.
    void Update(const Report& report);

    /// @return bytes of the signalling radio bearers (LCID 0 to 2), RLC headers included
    std::uint32_t SignallingBytes() const;
    /// @return bytes of all bearers, RLC headers included
    std::uint32_t TotalBytes() const;

    /// Divide a transport block: signalling first, then equal parts for the bearers with data.
    /// @param with_data whether others than signalling bearers may be served
    std::vector<ns3::RlcPduListElement_s> Fill(std::uint32_t block_bytes, bool with_data);

  private:
    struct Queue {
        std::uint32_t status_bytes = 0;
        std::uint32_t retransmission_bytes = 0;
        std::uint32_t transmission_bytes = 0;

        std::uint32_t WantedBytes() const;
        /// Account for one opportunity to send, which the RLC uses for one of the three.
        void Serve(std::uint32_t bytes);
    };

    /// @return what is left of @p room_bytes
    static std::uint32_t Grant(std::uint8_t lcid,
                               Queue& queue,
                               std::uint32_t room_bytes,
                               std::vector<ns3::RlcPduListElement_s>& pdus);

    std::map<std::uint8_t, Queue> m_queues{{0, {}}};  // LCID 0 (CCCH) needs no configuration
};

}  // namespace physical

#endif
