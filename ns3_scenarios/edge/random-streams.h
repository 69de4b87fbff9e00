// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RANDOM_STREAMS_H
#define PHYSICAL_RANDOM_STREAMS_H

#include <cstdint>

/// Who uses which of ns-3's random streams. They are fixed, so that two policies under one seed
/// meet the same walks and the same tasks whatever the radio does (common random numbers).
namespace physical {

inline constexpr std::int64_t STREAMS_PER_UE = 16;
inline constexpr std::int64_t HOTSPOT_STREAM = 9'000;     // the same for all users
inline constexpr std::int64_t PRESENCE_STREAMS = 9'001;   // of arrivals and stays
inline constexpr std::int64_t MOBILITY_STREAMS = 10'000;  // + ue · STREAMS_PER_UE
inline constexpr std::int64_t TRAFFIC_STREAMS = 20'000;   // + ue · STREAMS_PER_UE
inline constexpr std::int64_t RADIO_STREAMS = 30'000;     // from here on: the access network's

}  // namespace physical

#endif
