// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RB_GROUPS_H
#define PHYSICAL_RB_GROUPS_H

#include <algorithm>
#include <array>
#include <cstdint>

namespace physical {

/// Resource blocks of a group, in which the downlink grants them (TS 36.213 Table 7.1.6.1-1).
inline std::uint32_t RbPerRbg(std::uint32_t band_rb) {
    constexpr std::array<std::uint32_t, 3> LARGEST_BAND_RB{10, 26, 63};  // with 1, 2, 3 in a group
    const auto row = std::lower_bound(LARGEST_BAND_RB.begin(), LARGEST_BAND_RB.end(), band_rb);
    return static_cast<std::uint32_t>(row - LARGEST_BAND_RB.begin()) + 1;
}

}  // namespace physical

#endif
