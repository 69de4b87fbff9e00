// SPDX-License-Identifier: GPL-2.0-only
#include "shares/trigger-plan.h"

#include "ns3/wifi-phy-common.h"
#include "ns3/wifi-phy.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

/// Long enough for what comes before and after not to weigh, short enough for others to have their
/// turn.
const ns3::Time LONGEST = ns3::MilliSeconds(2);
/// An IP packet of 1500 bytes with all headers of the MAC.
constexpr std::uint32_t LARGEST_FRAME_BYTES = 1'560;
/// Delimiters and padding between the frames of an A-MPDU.
constexpr double AGGREGATION = 1.02;

/// Give the first stations units of one size, as many as there are units of the largest that are
/// enough for all. @return how many
std::size_t Divide(const std::vector<Asked>& stations, ns3::WifiTxVector& vector) {
    std::size_t n = stations.size();
    std::size_t n_central = 0;
    const auto size =
        ns3::HeRu::GetEqualSizedRusForStations(vector.GetChannelWidth(), n, n_central);
    const auto units = ns3::HeRu::GetRusOfType(vector.GetChannelWidth(), size);
    vector.GetHeMuUserInfoMap().clear();
    for (std::size_t i = 0; i < n; ++i) {
        vector.SetHeMuUserInfo(stations[i].aid, {units[i], stations[i].mcs, stations[i].streams});
    }
    return n;
}

}  // namespace

TriggerPlan PlanTrigger(std::vector<Asked> stations,
                        const ns3::WifiTxVector& vector,
                        ns3::WifiPhyBand band) {
    TriggerPlan plan{.stations = std::move(stations), .vector = vector, .duration = {}};
    for (;;) {
        const std::size_t n = Divide(plan.stations, plan.vector);
        plan.stations.resize(n);
        ns3::Time all;
        ns3::Time one_frame;
        for (const Asked& station : plan.stations) {
            const auto duration_of = [&](std::uint32_t bytes) {
                return ns3::WifiPhy::CalculateTxDuration(bytes, plan.vector, band, station.aid);
            };
            const auto bytes = static_cast<std::uint32_t>(AGGREGATION * station.bytes);
            all = std::max(all, duration_of(bytes));
            one_frame = std::max(one_frame, duration_of(std::min(bytes, LARGEST_FRAME_BYTES)));
        }
        if (one_frame > ns3::GetPpduMaxTime(vector.GetPreambleType()) && n > 1) {
            plan.stations.resize((n + 1) / 2);
            continue;
        }
        plan.duration = std::min(all, std::max(one_frame, LONGEST));
        return plan;
    }
}

}  // namespace physical
