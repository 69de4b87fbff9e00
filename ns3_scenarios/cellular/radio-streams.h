// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RADIO_STREAMS_H
#define PHYSICAL_RADIO_STREAMS_H

#include "random-streams.h"

/// Which of ns-3's random streams the parts of the LTE network use.
namespace physical {

inline constexpr std::int64_t CHANNEL_STREAMS = RADIO_STREAMS;  // + what of the channel
inline constexpr std::int64_t BS_STREAMS = RADIO_STREAMS + 10'000;
inline constexpr std::int64_t UE_STREAMS = RADIO_STREAMS + 20'000;

}  // namespace physical

#endif
