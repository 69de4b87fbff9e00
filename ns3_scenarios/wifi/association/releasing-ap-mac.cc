// SPDX-License-Identifier: GPL-2.0-only
#include "association/releasing-ap-mac.h"

#include "association/forget-peer.h"

#include "ns3/simulator.h"
#include "ns3/wifi-remote-station-manager.h"

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(ReleasingApMac);

namespace {

/// The station may be in the middle of a frame when it leaves, which lasts at most
/// aPPDUMaxTime, 5.484 ms (IEEE 802.11-2020, Table 19-25; 802.11ax-2021, Table 27-54), and is
/// answered once more.
const ns3::Time LAST_FRAME = ns3::MilliSeconds(7);
const ns3::Time RETRY = ns3::MilliSeconds(1);

}  // namespace

ns3::TypeId ReleasingApMac::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::ReleasingApMac")
                                 .SetParent<ns3::ApWifiMac>()
                                 .AddConstructor<ReleasingApMac>();
    return tid;
}

void ReleasingApMac::Release(const ns3::Mac48Address& station) {
    if (!m_leaving.insert(station).second) {
        return;
    }
    const ns3::Time now = ns3::Simulator::Now();
    if (const auto until = m_answers_until ? m_answers_until(station) : now; until > now) {
        ns3::Simulator::Schedule(until - now, [this, station] { DropState(station); });
    } else {
        DropState(station);
    }
}

void ReleasingApMac::DropState(const ns3::Mac48Address& station) {
    GetWifiRemoteStationManager()->RecordDisassociated(station);
    const auto is_it = [&station](const auto& item) { return item.second == station; };
    std::erase_if(GetLink(0).staList, is_it);
    std::erase_if(m_aidToMldOrLinkAddress, is_it);
    ns3::Simulator::Schedule(LAST_FRAME, [this, station] { DropFrames(station); });
}

void ReleasingApMac::DropFrames(const ns3::Mac48Address& station) {
    if (HasFrameOnAir(*this, station)) {
        ns3::Simulator::Schedule(RETRY, [this, station] { DropFrames(station); });
        return;
    }
    ForgetPeer(*this, station);
    m_leaving.erase(station);
}

}  // namespace physical
