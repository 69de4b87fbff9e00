// SPDX-License-Identifier: GPL-2.0-only
#include "observation/frame-fields.h"

#include "data-tids.h"

#include "ns3/qos-txop.h"
#include "ns3/simulator.h"
#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-psdu.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

using MpduCallback = ns3::Callback<void, ns3::Ptr<const ns3::WifiMpdu>>;
using DropCallback = ns3::Callback<void, ns3::WifiMacDropReason, ns3::Ptr<const ns3::WifiMpdu>>;
using PsduTimeoutCallback =
    ns3::Callback<void, std::uint8_t, ns3::Ptr<const ns3::WifiPsdu>, const ns3::WifiTxVector&>;
using MpduTimeoutCallback =
    ns3::Callback<void, std::uint8_t, ns3::Ptr<const ns3::WifiMpdu>, const ns3::WifiTxVector&>;
using TxopCallback = ns3::Callback<void, ns3::Time, ns3::Time, std::uint8_t>;

/// Name and meaning of an outcome.
using OutcomeText = std::pair<const char*, const char*>;
constexpr std::array<OutcomeText, 6> OUTCOME_TEXTS{
    {{"acked", "that were acknowledged (IEEE 802.11-2020, 10.3.2.11, 10.25.6)"},
     {"nacked", "that a block ack reported as missing, and that are sent again (10.25.6)"},
     {"unanswered", "that were sent without an answer, and that are sent again (10.3.2.11)"},
     {"retry_limit", "that were given up after the most attempts (10.3.4.4)"},
     {"expired", "that had waited too long (dot11EDCATableMSDULifetime, 10.3.4.4)"},
     {"queue_full", "that found the queue full"}}};

}  // namespace

FrameFields::FrameFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_uplink(Declare(schema, "ul", "at the user", n_ue)),
      m_downlink(Declare(schema, "dl", "at the access point for the user", n_ue)),
      m_txops_ul(schema.Observation<std::int32_t>(
          {.name = "txops_ul",
           .shape = {Ue(n_ue)},
           .unit = "TXOPs",
           .low = 0,
           .high = 1e6,
           .help = "TXOPs for data that the user had and that ended in the last slot (IEEE"
                   " 802.11-2020, 10.23.2)",
           .missing = 0})),
      m_bs_txops(schema.Observation<std::int32_t>(
          {"bs_txops",
           {Bs(n_bs)},
           "TXOPs",
           0,
           1e6,
           "TXOPs for data that the access point had and that ended in the last slot (10.23.2)"})),
      m_station_txops(n_ue),
      m_access_point_txops(n_bs) {}

FrameFields::Direction FrameFields::Declare(Schema& schema,
                                            const std::string& suffix,
                                            const std::string& where,
                                            std::size_t n_ue) {
    std::vector<Field<std::int64_t>> counted;
    for (const auto& [name, meaning] : OUTCOME_TEXTS) {
        counted.push_back(schema.Observation<std::int64_t>(
            {"mpdus_" + std::string(name) + "_" + suffix,
             {Ue(n_ue)},
             "MPDUs",
             0,
             1e15,
             "data frames " + where + " " + meaning + ", since the start"}));
    }
    return {
        .counted = counted,
        .queue_bit = schema.Observation<double>(
            {"queue_" + suffix + "_bit",
             {Ue(n_ue)},
             "bit",
             0,
             1e12,
             "data frames in the MAC's queue " + where +
                 ", also those on the air (buffer status, IEEE 802.11-2020, 9.2.4.5.6)"}),
        .queue_age_s = schema.Observation<float>(
            {"queue_age_" + suffix + "_s",
             {Ue(n_ue)},
             "s",
             0,
             1e9,
             "time since the oldest of these came into the queue; 0: it is empty"}),
        .users = std::vector<Counts>(n_ue),
    };
}

void FrameFields::Watch(const WifiNetwork& network) {
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        const auto& mac = network.Ue()[ue].mac;
        Watch(mac, [ue](const ns3::WifiMpdu&) { return static_cast<int>(ue); }, m_uplink);
        CountTxops(mac, m_station_txops[ue]);
    }
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        const auto& mac = network.Bs()[bs].mac;
        Watch(
            mac,
            [&network](const ns3::WifiMpdu& mpdu) {
                return network.UeOf(mpdu.GetHeader().GetAddr1());
            },
            m_downlink);
        CountTxops(mac, m_access_point_txops[bs]);
    }
}

void FrameFields::Watch(const ns3::Ptr<ns3::WifiMac>& mac,
                        const std::function<int(const ns3::WifiMpdu& mpdu)>& user_of,
                        Direction& direction) {
    const auto count = [user_of, &direction](Outcome outcome, const ns3::WifiMpdu& mpdu,
                                             std::size_t mpdus) {
        const int ue = mpdu.GetHeader().IsQosData() ? user_of(mpdu) : -1;
        if (ue >= 0) {
            direction.users[static_cast<std::size_t>(ue)][outcome] +=
                static_cast<std::int64_t>(mpdus);
        }
    };
    mac->TraceConnectWithoutContext(
        "AckedMpdu",
        MpduCallback([count](ns3::Ptr<const ns3::WifiMpdu> mpdu) { count(ACKED, *mpdu, 1); }));
    mac->TraceConnectWithoutContext(
        "NAckedMpdu",
        MpduCallback([count](ns3::Ptr<const ns3::WifiMpdu> mpdu) { count(NACKED, *mpdu, 1); }));
    mac->TraceConnectWithoutContext(
        "PsduResponseTimeout",
        PsduTimeoutCallback(
            [count](std::uint8_t, ns3::Ptr<const ns3::WifiPsdu> psdu, const ns3::WifiTxVector&) {
                count(UNANSWERED, **psdu->begin(), psdu->GetNMpdus());
            }));
    mac->TraceConnectWithoutContext(
        "MpduResponseTimeout",
        MpduTimeoutCallback([count](std::uint8_t, ns3::Ptr<const ns3::WifiMpdu> mpdu,
                                    const ns3::WifiTxVector&) { count(UNANSWERED, *mpdu, 1); }));
    mac->TraceConnectWithoutContext(
        "DroppedMpdu",
        DropCallback([count](ns3::WifiMacDropReason reason, ns3::Ptr<const ns3::WifiMpdu> mpdu) {
            if (reason == ns3::WIFI_MAC_DROP_REACHED_RETRY_LIMIT) {
                count(RETRY_LIMIT, *mpdu, 1);
            } else if (reason == ns3::WIFI_MAC_DROP_FAILED_ENQUEUE) {
                count(QUEUE_FULL, *mpdu, 1);
            } else {  // older than the window of block acks, or than the lifetime
                count(EXPIRED, *mpdu, 1);
            }
        }));
}

void FrameFields::CountTxops(const ns3::Ptr<ns3::WifiMac>& mac, std::int32_t& counter) {
    mac->GetQosTxop(ns3::AC_BE)
        ->TraceConnectWithoutContext(
            "TxopTrace",
            TxopCallback([&counter](ns3::Time, ns3::Time, std::uint8_t) { ++counter; }));
}

void FrameFields::Fill(const WifiNetwork& network,
                       const std::function<int(std::uint32_t ue)>& serving_bs) {
    for (std::uint32_t ue = 0; ue < network.Ue().size(); ++ue) {
        for (Direction* direction : {&m_uplink, &m_downlink}) {
            for (std::size_t outcome = 0; outcome < OUTCOMES; ++outcome) {
                direction->counted[outcome](ue) = direction->users[ue][outcome];
            }
            direction->queue_bit(ue) = 0;
            direction->queue_age_s(ue) = 0;
        }
        if (const int bs = serving_bs(ue); bs >= 0) {
            const Station& station = network.Ue()[ue];
            const AccessPoint& access_point = network.Bs()[static_cast<std::size_t>(bs)];
            FillQueue(m_uplink, ue, *station.mac, access_point.Bssid());
            FillQueue(m_downlink, ue, *access_point.mac, station.mac->GetAddress());
        }
        m_txops_ul(ue) = std::exchange(m_station_txops[ue], 0);
    }
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        m_bs_txops(bs) = std::exchange(m_access_point_txops[bs], 0);
    }
}

void FrameFields::FillQueue(Direction& direction,
                            std::size_t ue,
                            const ns3::WifiMac& mac,
                            const ns3::Mac48Address& peer) {
    const auto queue = mac.GetTxopQueue(ns3::AC_BE);
    for (const std::uint8_t tid : DATA_TIDS) {
        const ns3::WifiContainerQueueId id{ns3::WIFI_QOSDATA_QUEUE, ns3::WIFI_UNICAST, peer, tid};
        direction.queue_bit(ue) += 8.0 * queue->GetNBytes(id);
        if (const auto oldest = queue->PeekByQueueId(id)) {
            const ns3::Time age = ns3::Simulator::Now() - oldest->GetTimestamp();
            direction.queue_age_s(ue) =
                std::max<float>(direction.queue_age_s(ue), static_cast<float>(age.GetSeconds()));
        }
    }
}

}  // namespace physical
