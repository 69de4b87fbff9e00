// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_GRANT_SIZES_H
#define PHYSICAL_GRANT_SIZES_H

#include "share-ledger.h"

#include <cstdint>
#include <vector>

namespace physical {

/// One user's request for a grant; sizes are in units of allocation (RBs, or groups of them).
struct GrantRequest {
    std::uint16_t rnti = 0;
    double weight = 0;
    double owed_rb = 0;
    bool may_send_data = true;           ///< its weight is above 0
    std::uint32_t signalling_units = 0;  ///< signalling needs so many, whatever is owed
    std::uint32_t smallest_units = 1;    ///< fewer carry no data
    std::uint32_t wanted_units = 0;      ///< more would be left empty
    std::uint32_t units = 0;             ///< the result; 0: no grant in this TTI
};

/// @return the largest allowed size up to that one
using RoundDown = std::uint32_t (*)(std::uint32_t units);

/**
 * Decide how much each user gets in one TTI.
 *
 * Signalling comes first, then the users by how long they have been owed, each in whole units and
 * never less than carries data. What the rounding leaves is given away too, in QUOTA mode as an
 * advance of at most one smallest grant.
 *
 * @param requests have allowed sizes, and are brought into the order in which they shall choose
 * their place
 */
void SizeGrants(
    std::vector<GrantRequest>& requests,
    std::uint32_t free_units,
    std::uint32_t rb_per_unit,
    ShareMode mode,
    RoundDown round_down = [](std::uint32_t units) { return units; });

}  // namespace physical

#endif
