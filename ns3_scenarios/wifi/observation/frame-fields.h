// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_FRAME_FIELDS_H
#define PHYSICAL_FRAME_FIELDS_H

#include "schema.h"
#include "wifi-network.h"

#include "ns3/nstime.h"
#include "ns3/wifi-mac.h"

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace physical {

/// What became of data frames, what waits of them, and how often each station had the channel.
class FrameFields {
  public:
    FrameFields(Schema& schema, std::size_t n_ue, std::size_t n_bs);

    /// Start to listen to all MACs.
    void Watch(const WifiNetwork& network);
    void Fill(const WifiNetwork& network, const std::function<int(std::uint32_t ue)>& serving_bs);

  private:
    /// What can become of an MPDU that was sent, or was to be; names and help in the .cc.
    enum Outcome : std::size_t { ACKED, NACKED, UNANSWERED, RETRY_LIMIT, EXPIRED, QUEUE_FULL };
    static constexpr std::size_t OUTCOMES = 6;
    using Counts = std::array<std::int64_t, OUTCOMES>;

    struct Direction {
        std::vector<Field<std::int64_t>> counted;  ///< [OUTCOMES]
        Field<double> queue_bit;
        Field<float> queue_age_s;
        std::vector<Counts> users;  ///< [n_ue]
    };

    static Direction Declare(Schema& schema,
                             const std::string& suffix,
                             const std::string& where,
                             std::size_t n_ue);
    /// @param user_of the MPDU; -1: none
    static void Watch(const ns3::Ptr<ns3::WifiMac>& mac,
                      const std::function<int(const ns3::WifiMpdu& mpdu)>& user_of,
                      Direction& direction);
    static void CountTxops(const ns3::Ptr<ns3::WifiMac>& mac, std::int32_t& counter);
    static void FillQueue(Direction& direction,
                          std::size_t ue,
                          const ns3::WifiMac& mac,
                          const ns3::Mac48Address& peer);

    Direction m_uplink;
    Direction m_downlink;
    Field<std::int32_t> m_txops_ul;
    Field<std::int32_t> m_bs_txops;
    std::vector<std::int32_t> m_station_txops;       ///< [n_ue]
    std::vector<std::int32_t> m_access_point_txops;  ///< [n_bs]
};

}  // namespace physical

#endif
