// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_OUTAGE_H
#define PHYSICAL_OUTAGE_H

#include <cmath>

namespace physical {

/// One loss of a user's connection, until it is connected again.
struct Outage {
    double lost_s = NAN;
    int lost_bs = -1;
    int reason = 0;  ///< in the radio's list of reasons; 0: none
    double restored_s = NAN;
    int restored_bs = -1;

    /// Whether it is under way.
    bool IsOpen() const { return std::isfinite(lost_s); }
};

}  // namespace physical

#endif
