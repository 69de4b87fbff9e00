// SPDX-License-Identifier: GPL-2.0-only
#include "shares/airtime-turn.h"

#include "data-tids.h"

#include "ns3/qos-txop.h"
#include "ns3/wifi-mac-queue-scheduler.h"
#include "ns3/wifi-mac-queue.h"

#include <set>
#include <utility>

namespace physical {

namespace {

const std::set<std::uint8_t> BEST_EFFORT{DATA_TIDS.begin(), DATA_TIDS.end()};
/// ns-3's reason for a queue of a station that dozes, which is what it does between its service
/// periods.
constexpr auto DOZES = ns3::WifiQueueBlockedReason::POWER_SAVE_MODE;

}  // namespace

AirtimeTurn::AirtimeTurn(ns3::Ptr<ns3::WifiMac> mac, const ns3::Mac48Address& peer)
    : m_mac(std::move(mac)), m_peer(peer) {}

bool AirtimeTurn::HasData() const {
    const auto queue = m_mac->GetTxopQueue(ns3::AC_BE);
    for (const std::uint8_t tid : DATA_TIDS) {
        const ns3::WifiContainerQueueId id{ns3::WIFI_QOSDATA_QUEUE, ns3::WIFI_UNICAST, m_peer, tid};
        for (auto mpdu = queue->PeekByQueueId(id); mpdu; mpdu = queue->PeekByQueueId(id, mpdu)) {
            if (!mpdu->IsInFlight()) {
                return true;
            }
        }
    }
    return false;
}

void AirtimeTurn::Open() const {
    Admit();
    m_mac->GetQosTxop(ns3::AC_BE)
        ->StartAccessAfterEvent(0, ns3::Txop::DIDNT_HAVE_FRAMES_TO_TRANSMIT,
                                ns3::Txop::CHECK_MEDIUM_BUSY);
}

void AirtimeTurn::Admit() const {
    m_mac->GetMacQueueScheduler()->UnblockQueues(DOZES, ns3::AC_BE, {ns3::WIFI_QOSDATA_QUEUE},
                                                 m_peer, m_mac->GetAddress(), BEST_EFFORT, {0});
}

void AirtimeTurn::Close() const {
    m_mac->GetMacQueueScheduler()->BlockQueues(DOZES, ns3::AC_BE, {ns3::WIFI_QOSDATA_QUEUE}, m_peer,
                                               m_mac->GetAddress(), BEST_EFFORT, {0});
}

}  // namespace physical
