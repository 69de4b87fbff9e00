// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RNTI_DIRECTORY_H
#define PHYSICAL_RNTI_DIRECTORY_H

#include "lte-network.h"

#include <cstdint>
#include <vector>

namespace physical {

/// Which user a cell means by an RNTI. Cells give each RNTI out once, in ascending order.
class RntiDirectory {
  public:
    explicit RntiDirectory(const LteNetwork& network);

    /// @return index of the user, or -1 if the cell does not know yet who it is
    int UeOf(std::size_t bs, std::uint16_t rnti);

  private:
    const LteNetwork& m_network;
    std::vector<std::vector<int>> m_ue;  // [n_bs], by RNTI; -1: not known
};

}  // namespace physical

#endif
