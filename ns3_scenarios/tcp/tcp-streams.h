// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TCP_STREAMS_H
#define PHYSICAL_TCP_STREAMS_H

#include <cstdint>

/// Who uses which of ns-3's random streams. They are fixed, so that two policies under one seed
/// meet the same starts and the same cross traffic (common random numbers).
namespace physical {

inline constexpr std::int64_t LOSS_STREAM = 1;
inline constexpr std::int64_t CROSS_STREAMS = 10;
inline constexpr std::int64_t START_STREAMS = 1'000;  // + flow
inline constexpr std::int64_t BBR_STREAMS = 2'000;    // + flow

}  // namespace physical

#endif
