// SPDX-License-Identifier: GPL-2.0-only
#include "mac-monitor.h"

#include "ns3/lte-enb-phy.h"
#include "ns3/lte-spectrum-phy.h"
#include "ns3/lte-ue-phy.h"

#include <cmath>

namespace physical {

using BlockCallback = ns3::Callback<void, ns3::PhyReceptionStatParameters>;

void MacUse::StartSlot() {
    rb_ttis = 0;
    blocks = 0;
    blocks_in_error = 0;
}

MacMonitor::MacMonitor(const LteNetwork& network, RntiDirectory& directory)
    : m_users(network.Ue().size()), m_cells(network.Bs().size()) {
    for (std::size_t ue = 0; ue < m_users.size(); ++ue) {
        network.Ue()[ue].device->GetPhy()->GetDownlinkSpectrumPhy()->TraceConnectWithoutContext(
            "DlPhyReception", BlockCallback([this, ue](ns3::PhyReceptionStatParameters block) {
                Count(m_users[ue].downlink, block);
            }));
    }
    for (std::size_t bs = 0; bs < m_cells.size(); ++bs) {
        const auto phy = network.Bs()[bs].device->GetPhy();
        phy->GetUplinkSpectrumPhy()->TraceConnectWithoutContext(
            "UlPhyReception",
            BlockCallback([this, bs, &directory](ns3::PhyReceptionStatParameters block) {
                if (const int ue = directory.UeOf(bs, block.m_rnti); ue >= 0) {
                    Count(m_users[static_cast<std::size_t>(ue)].uplink, block);
                }
            }));
        phy->TraceConnectWithoutContext(
            "ReportUeSinr", ns3::Callback<void, std::uint16_t, std::uint16_t, double, std::uint8_t>(
                                [this, bs, &directory](std::uint16_t, std::uint16_t rnti,
                                                       double sinr, std::uint8_t) {
                                    if (const int ue = directory.UeOf(bs, rnti); ue >= 0) {
                                        m_users[static_cast<std::size_t>(ue)].uplink_sinr_db =
                                            10 * std::log10(sinr);
                                    }
                                }));
    }
}

void MacMonitor::StartSlot() {
    for (User& user : m_users) {
        user.downlink.StartSlot();
        user.uplink.StartSlot();
    }
    for (Cell& cell : m_cells) {
        cell.downlink.StartSlot();
        cell.uplink.StartSlot();
    }
}

void MacMonitor::OnDownlinkCqi(int ue, std::size_t, std::uint8_t wideband_cqi) {
    if (ue >= 0) {
        m_users[static_cast<std::size_t>(ue)].downlink_cqi = wideband_cqi;
    }
}

void MacMonitor::OnDownlinkGrant(int ue, std::size_t bs, const Grant& grant) {
    m_cells[bs].downlink.rb_ttis += grant.n_rb;
    if (ue >= 0) {
        MacUse& use = m_users[static_cast<std::size_t>(ue)].downlink;
        use.rb_ttis += grant.n_rb;
        use.last_mcs = grant.mcs;
    }
}

void MacMonitor::OnUplinkGrant(int ue, std::size_t bs, const Grant& grant) {
    m_cells[bs].uplink.rb_ttis += grant.n_rb;
    if (ue >= 0) {
        MacUse& use = m_users[static_cast<std::size_t>(ue)].uplink;
        use.rb_ttis += grant.n_rb;
        use.last_mcs = grant.mcs;
    }
}

void MacMonitor::Count(MacUse& use, const ns3::PhyReceptionStatParameters& block) {
    ++use.blocks;
    use.blocks_in_error += block.m_correctness == 0 ? 1 : 0;
}

}  // namespace physical
