// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ASSOCIATION_H
#define PHYSICAL_ASSOCIATION_H

#include <cmath>

namespace physical {

/// How an association command stands.
enum class HandoverState { NONE, PENDING, DONE, REFUSED, FAILED, SUPERSEDED, WAITING };

/// One command from the agent, from its arrival to its outcome.
struct HandoverCommand {
    HandoverState state = HandoverState::NONE;
    int from_bs = -1;
    int to_bs = -1;
    double commanded_s = NAN;
    double started_s = NAN;       ///< the user left the source cell
    double ended_s = NAN;         ///< the outcome
    double interruption_s = NAN;  ///< from started_s until the user had a cell again
    int reason = 0;  ///< why it was refused or has failed, in the radio's list of reasons; 0: none
};

}  // namespace physical

#endif
