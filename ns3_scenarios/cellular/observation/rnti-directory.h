// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RNTI_DIRECTORY_H
#define PHYSICAL_RNTI_DIRECTORY_H

#include "ns3/lte-enb-rrc.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace physical {

/// Which user a cell means by an RNTI. Cells give them out in ascending order, and after 65,535
/// those again that are free. Until then one still means whom it meant last: what is under way for
/// a user may come after its release.
class RntiDirectory {
  public:
    /// @return index of the user with this subscriber identity
    using UeOfImsi = std::function<std::uint32_t(std::uint64_t imsi)>;

    /// @param cells [n_bs]
    RntiDirectory(std::vector<ns3::Ptr<ns3::LteEnbRrc>> cells, UeOfImsi ue_of_imsi);
    RntiDirectory(const RntiDirectory&) = delete;
    RntiDirectory& operator=(const RntiDirectory&) = delete;

    /// @return index of the user, or -1 if the cell does not know yet who it is
    int UeOf(std::size_t bs, std::uint16_t rnti);

  private:
    std::vector<ns3::Ptr<ns3::LteEnbRrc>> m_cells;
    UeOfImsi m_ue_of_imsi;
    std::vector<std::vector<int>> m_ue;  // [n_bs], by RNTI; -1: not known
};

}  // namespace physical

#endif
