// SPDX-License-Identifier: GPL-2.0-only
#include "shares/contention-shares.h"

#include "ns3/qos-txop.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>

namespace physical {

namespace {

constexpr double CW_MIN = 15;      // of the largest share: best effort, Table 9-155
constexpr double CW_MAX = 32'767;  // 15 bits (9.4.2.28)

}  // namespace

ContentionShares::ContentionShares(const WifiNetwork& network)
    : m_network(network), m_members(network.Ue().size()) {
    for (std::uint32_t ue = 0; ue < m_members.size(); ++ue) {
        network.Ue()[ue].mac->TraceConnectWithoutContext(
            "BeaconArrival", ns3::Callback<void, ns3::Time>([this, ue](ns3::Time) {
                // After ns-3 has read the beacon.
                ns3::Simulator::ScheduleNow([this, ue] { SetWindow(ue); });
            }));
    }
}

void ContentionShares::OnServed(std::uint32_t ue, int bs) {
    Member& member = m_members[ue];
    const int before = member.bs;
    member = {.bs = bs, .share = 0, .turn = std::nullopt};
    if (bs >= 0) {
        member.turn.emplace(m_network.Ue()[ue].mac,
                            m_network.Bs()[static_cast<std::size_t>(bs)].Bssid());
        member.turn->Close();
    }
    SetWindows(before);
}

void ContentionShares::Apply(std::uint32_t ue, double share) {
    Member& member = m_members[ue];
    if (!member.turn || member.share == share) {
        return;
    }
    if (share <= 0) {
        member.turn->Close();
    } else if (member.share <= 0) {
        member.turn->Open();
    }
    member.share = share;
    SetWindows(member.bs);
}

void ContentionShares::SetWindows(int bs) const {
    for (std::uint32_t ue = 0; bs >= 0 && ue < m_members.size(); ++ue) {
        if (m_members[ue].bs == bs) {
            SetWindow(ue);
        }
    }
}

void ContentionShares::SetWindow(std::uint32_t ue) const {
    const Member& member = m_members[ue];
    if (member.share <= 0) {
        return;
    }
    // Attempts per slot go as 1 / (CW + 2) (Bianchi 2000, without collisions).
    const double window = (CW_MIN + 2) * LargestShare(member.bs) / member.share - 2;
    const auto cw = static_cast<std::uint32_t>(std::lround(std::min(window, CW_MAX)));
    const auto txop = m_network.Ue()[ue].mac->GetQosTxop(ns3::AC_BE);
    txop->SetMaxCw(std::max(cw, 1023U), 0);
    txop->SetMinCw(cw, 0);
}

double ContentionShares::LargestShare(int bs) const {
    double largest = 0;
    for (const Member& member : m_members) {
        largest = member.bs == bs ? std::max(largest, member.share) : largest;
    }
    return largest;
}

}  // namespace physical
