// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TASK_H
#define PHYSICAL_TASK_H

#include <cmath>
#include <cstdint>

namespace physical {

/// One inference task: uploaded whole to the edge server of its user's base station, computed, and
/// its result, if it has one, downloaded.
struct Task {
    std::int64_t id;
    std::uint32_t ue;
    std::uint32_t size_bit;
    double cycles;            ///< work at the edge server
    double created_s;         ///< ns-3 time
    double uploaded_s = NAN;  ///< its last byte arrived at the edge
    double computed_s = NAN;
    double done_s = NAN;           ///< computed, and the result at the user
    double left_s = NAN;           ///< its user left, and it with it
    std::uint32_t result_bit = 0;  ///< 0: the user gets none
    std::int32_t bs = -1;          ///< base station whose server got it; -1 while uploading
};

}  // namespace physical

#endif
