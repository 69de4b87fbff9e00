// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_BEARER_MONITOR_H
#define PHYSICAL_BEARER_MONITOR_H

#include "mac/uplink-buffer.h"
#include "scheduler-tap.h"

#include "ns3/object-map.h"

#include <cstdint>
#include <vector>

namespace physical {

/// PDCP packets that arrived over one direction of a data bearer.
struct PdcpArrivals {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;  ///< without PDCP headers
    double delay_s = 0;       ///< sum over the packets
};

/// The data bearers of every user: what waits in the RLC queues, and what arrives at the PDCP.
class BearerMonitor : public SchedulerListener {
  public:
    struct User {
        PdcpArrivals downlink;
        PdcpArrivals uplink;
        int bs = -1;  ///< base station that the queues belong to
        UplinkBuffer uplink_queue;
        std::uint32_t downlink_queue_bytes = 0;
    };

    explicit BearerMonitor(const LteNetwork& network);

    const std::vector<User>& Users() const { return m_users; }
    /// Forget the arrivals of the last slot.
    void StartSlot();

    void OnDownlinkGrant(int ue, std::size_t bs, const Grant& grant) override;
    void OnUplinkGrant(int ue, std::size_t bs, const Grant& grant) override;
    void OnDownlinkQueue(int ue, std::size_t bs, std::uint32_t data_bytes) override;
    void OnBufferStatus(int ue,
                        std::size_t bs,
                        const std::vector<std::uint8_t>& level_index) override;

  private:
    void WatchUser(std::size_t ue);
    void WatchBaseStation(ns3::Ptr<ns3::LteEnbRrc> rrc);
    /// Count the arrivals at the PDCP of the newest bearer of @p owner, an RRC.
    static void WatchNewestBearer(const ns3::Object& owner, PdcpArrivals& arrivals);
    /// @return the user, its queues emptied if it is new in this cell; nothing if the message does
    /// not concern the cell that serves it
    User* Find(int ue, std::size_t bs);

    const LteNetwork& m_network;
    std::vector<User> m_users;
};

}  // namespace physical

#endif
