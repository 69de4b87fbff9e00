// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TURN_COST_H
#define PHYSICAL_TURN_COST_H

#include "ns3/nstime.h"

#include <cstdint>

namespace physical {

/// Before a frame: AIFS and half a contention window (IEEE 802.11-2020, 10.23.2; 43 + 67 µs).
inline const ns3::Time BEFORE_A_FRAME = ns3::MicroSeconds(110);
/// After it: SIFS and a block ack (16 + 44 µs).
inline const ns3::Time AFTER_A_FRAME = ns3::MicroSeconds(60);

/// So few that who has many turns does not wait for acknowledgements of the transfers between them:
/// eight of their packets.
constexpr std::uint32_t AMPDU_OF_A_TURN_BYTES = 12'000;

}  // namespace physical

#endif
