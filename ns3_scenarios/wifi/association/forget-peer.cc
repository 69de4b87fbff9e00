// SPDX-License-Identifier: GPL-2.0-only
#include "association/forget-peer.h"

#include "ns3/qos-txop.h"
#include "ns3/qos-utils.h"
#include "ns3/wifi-mac-queue-scheduler.h"
#include "ns3/wifi-mac-queue.h"

#include <optional>
#include <vector>

namespace physical {

namespace {

constexpr std::uint8_t N_TIDS = 8;

/// A queue in which frames to a peer may wait, with the access category that it belongs to.
struct PeerQueue {
    ns3::Ptr<ns3::WifiMacQueue> queue;
    ns3::WifiContainerQueueId id;
};

std::vector<PeerQueue> QueuesTo(const ns3::WifiMac& mac, const ns3::Mac48Address& peer) {
    std::vector<PeerQueue> queues;
    for (const auto ac : {ns3::AC_BE, ns3::AC_BK, ns3::AC_VI, ns3::AC_VO}) {
        for (const auto type : {ns3::WIFI_CTL_QUEUE, ns3::WIFI_MGT_QUEUE}) {
            queues.push_back({mac.GetTxopQueue(ac), {type, ns3::WIFI_UNICAST, peer, std::nullopt}});
        }
    }
    for (std::uint8_t tid = 0; tid < N_TIDS; ++tid) {
        queues.push_back({mac.GetTxopQueue(ns3::QosUtilsMapTidToAc(tid)),
                          {ns3::WIFI_QOSDATA_QUEUE, ns3::WIFI_UNICAST, peer, tid}});
    }
    return queues;
}

}  // namespace

bool HasFrameOnAir(const ns3::WifiMac& mac, const ns3::Mac48Address& peer) {
    for (const auto& [queue, id] : QueuesTo(mac, peer)) {
        for (auto mpdu = queue->PeekByQueueId(id); mpdu; mpdu = queue->PeekByQueueId(id, mpdu)) {
            if (mpdu->IsInFlight()) {
                return true;
            }
        }
    }
    return false;
}

void ForgetPeer(const ns3::WifiMac& mac, const ns3::Mac48Address& peer) {
    for (const auto& [queue, id] : QueuesTo(mac, peer)) {
        while (const auto mpdu = queue->PeekByQueueId(id)) {
            queue->Remove(mpdu);
        }
    }
    for (std::uint8_t tid = 0; tid < N_TIDS; ++tid) {
        const auto agreements = mac.GetQosTxop(tid)->GetBaManager();
        agreements->DestroyOriginatorAgreement(peer, tid, std::nullopt);
        agreements->DestroyRecipientAgreement(peer, tid, std::nullopt);
        agreements->RemoveFromSendBarIfDataQueuedList(peer, tid);
        // Frames wait while an agreement is asked for, and now there will be no answer.
        mac.GetMacQueueScheduler()->UnblockQueues(
            ns3::WifiQueueBlockedReason::WAITING_ADDBA_RESP, ns3::QosUtilsMapTidToAc(tid),
            {ns3::WIFI_QOSDATA_QUEUE}, peer, mac.GetAddress(), {tid}, {0});
    }
}

}  // namespace physical
