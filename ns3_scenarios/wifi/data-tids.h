// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DATA_TIDS_H
#define PHYSICAL_DATA_TIDS_H

#include <array>
#include <cstdint>

namespace physical {

/// Traffic identifiers of best effort (IEEE 802.11-2020, Table 10-1): all data of the scenario.
inline constexpr std::array<std::uint8_t, 2> DATA_TIDS{0, 3};

}  // namespace physical

#endif
