// SPDX-License-Identifier: GPL-2.0-only
#include "rnti-directory.h"

#include <algorithm>

namespace physical {

RntiDirectory::RntiDirectory(const LteNetwork& network)
    : m_network(network), m_ue(network.Bs().size()) {}

int RntiDirectory::UeOf(std::size_t bs, std::uint16_t rnti) {
    std::vector<int>& known = m_ue[bs];
    if (rnti < known.size() && known[rnti] >= 0) {
        return known[rnti];
    }
    const auto rrc = m_network.Bs()[bs].device->GetRrc();
    const std::uint64_t imsi = rrc->HasUeManager(rnti) ? rrc->GetUeManager(rnti)->GetImsi() : 0;
    if (imsi == 0) {  // in random access: the cell learns the identity with message 3
        return -1;
    }
    known.resize(std::max<std::size_t>(known.size(), rnti + 1U), -1);
    known[rnti] = static_cast<int>(m_network.UeOfImsi(imsi));
    return known[rnti];
}

}  // namespace physical
