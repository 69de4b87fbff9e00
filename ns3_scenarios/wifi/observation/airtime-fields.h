// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_FIELDS_H
#define PHYSICAL_AIRTIME_FIELDS_H

#include "ppdu-part.h"
#include "schema.h"
#include "wifi-network.h"

#include "ns3/nstime.h"
#include "ns3/wifi-tx-vector.h"

#include <functional>
#include <string>
#include <vector>

namespace physical {

/// Who had how much of the channels' time in the last slot, and how data were sent.
class AirtimeFields {
  public:
    AirtimeFields(Schema& schema, std::size_t n_ue, std::size_t n_bs);

    /// Start to listen to all PHYs. @param serving_bs of a user; -1: none
    void Watch(const WifiNetwork& network, std::function<int(std::uint32_t ue)> serving_bs);
    void Fill();

  private:
    /// Data of one user, up or down.
    struct Data {
        ns3::Time airtime;  ///< in the present slot
        int mcs = -1;       ///< of the last frame; and the others
        double rate_bps = 0;
        std::size_t mpdus = 0;

        void Add(const PpduPart& part, const ns3::WifiTxVector& vector);
    };
    struct Direction {
        Field<float> airtime;
        Field<std::int32_t> mcs;
        Field<double> rate_bps;
        Field<std::int32_t> ampdu_mpdus;
        std::vector<Data> users;  ///< [n_ue]
    };

    static Direction Declare(Schema& schema,
                             const std::string& suffix,
                             const std::string& who_sends,
                             std::size_t n_ue);
    void WatchStation(const Station& station, std::uint32_t ue);
    /// Count what a station sends for the channel of its access point.
    void Occupy(std::size_t bs, const PpduPart& part, bool answers);
    void WatchAccessPoint(const WifiNetwork& network, std::size_t bs);
    static void Fill(Direction& direction, ns3::Time elapsed);

    Direction m_uplink;
    Direction m_downlink;
    Field<float> m_airtime_others;
    Field<float> m_bs_airtime;
    std::function<int(std::uint32_t ue)> m_serving_bs;
    std::vector<ns3::Time> m_others;          ///< [n_ue]
    std::vector<ns3::Time> m_busy;            ///< [n_bs]
    std::vector<ns3::Time> m_answered_until;  ///< by stations that answer at once, [n_bs]
    ns3::Time m_since;
};

}  // namespace physical

#endif
