// SPDX-License-Identifier: GPL-2.0-only
#include "bandwidth-shares.h"

#include "ns3/component-carrier-enb.h"

namespace physical {

BandwidthShares::BandwidthShares(const LteNetwork& network)
    : m_network(network), m_last(network.Ue().size()) {
    for (const BaseStation& bs : network.Bs()) {
        const auto carrier =
            ns3::DynamicCast<ns3::ComponentCarrierEnb>(bs.device->GetCcMap().at(0));
        m_schedulers.push_back(ns3::DynamicCast<ShareFfMacScheduler>(carrier->GetFfMacScheduler()));
    }
}

void BandwidthShares::Apply(std::uint32_t ue, double share) {
    const int bs = m_network.ServingBs(ue);
    if (bs < 0 || !m_network.BsKnows(static_cast<std::size_t>(bs), ue)) {
        return;
    }
    Place& last = m_last[ue];
    const std::uint16_t rnti = m_network.Ue()[ue].Rrc()->GetRnti();
    if (last.bs >= 0 && (last.bs != bs || last.rnti != rnti)) {
        // The cell that the user left keeps its context for a while.
        m_schedulers[static_cast<std::size_t>(last.bs)]->SetWeight(last.rnti, 0, 0);
    }
    last = {bs, rnti};
    m_schedulers[static_cast<std::size_t>(bs)]->SetWeight(rnti, share, share);
}

}  // namespace physical
