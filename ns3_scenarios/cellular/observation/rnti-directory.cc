// SPDX-License-Identifier: GPL-2.0-only
#include "rnti-directory.h"

#include <algorithm>
#include <utility>

namespace physical {

RntiDirectory::RntiDirectory(std::vector<ns3::Ptr<ns3::LteEnbRrc>> cells, UeOfImsi ue_of_imsi)
    : m_cells(std::move(cells)), m_ue_of_imsi(std::move(ue_of_imsi)), m_ue(m_cells.size()) {
    for (std::size_t bs = 0; bs < m_cells.size(); ++bs) {
        m_cells[bs]->TraceConnectWithoutContext("NewUeContext",
                                                ns3::Callback<void, std::uint16_t, std::uint16_t>(
                                                    [this, bs](std::uint16_t, std::uint16_t rnti) {
                                                        if (rnti < m_ue[bs].size()) {
                                                            m_ue[bs][rnti] = -1;
                                                        }
                                                    }));
    }
}

int RntiDirectory::UeOf(std::size_t bs, std::uint16_t rnti) {
    std::vector<int>& known = m_ue[bs];
    if (rnti < known.size() && known[rnti] >= 0) {
        return known[rnti];
    }
    const auto& rrc = m_cells[bs];
    const std::uint64_t imsi = rrc->HasUeManager(rnti) ? rrc->GetUeManager(rnti)->GetImsi() : 0;
    if (imsi == 0) {  // in random access: the cell learns the identity with message 3
        return -1;
    }
    known.resize(std::max<std::size_t>(known.size(), rnti + 1U), -1);
    known[rnti] = static_cast<int>(m_ue_of_imsi(imsi));
    return known[rnti];
}

}  // namespace physical
