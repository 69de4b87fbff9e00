// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_WIFI_STREAMS_H
#define PHYSICAL_WIFI_STREAMS_H

#include "random-streams.h"

/// Which of ns-3's random streams the parts of the Wi-Fi network use.
namespace physical {

inline constexpr std::int64_t MAP_STREAM = RADIO_STREAMS;
inline constexpr std::int64_t AP_STREAMS = RADIO_STREAMS + 10'000;
inline constexpr std::int64_t STATION_STREAMS = RADIO_STREAMS + 20'000;
inline constexpr std::int64_t DISTRIBUTION_STREAMS = RADIO_STREAMS + 40'000;

}  // namespace physical

#endif
