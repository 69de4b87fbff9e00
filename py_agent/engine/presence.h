// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "radio.h"
#include "state.h"

#include <cstddef>

namespace twin {

/// Who is there when: everybody throughout, or as a Poisson process brings users, as the scenario
/// does it.
///
/// Users are taken from those who are away, who has been away for the longest time first, and stay
/// for an exponential time. Who comes while all are there is turned away: it is Erlang's loss
/// system (M/M/n/n), and starts in its stationary state. It depends on the seed alone.
class Presence {
  public:
    Presence(const NetworkParameters& network, Radio& radio)
        : m_slot_s(network.slot_s), m_law(network.arrivals), m_radio(radio) {}

    /// Let users be away as in the stationary state; they are in their cells.
    void Start(State& state, std::size_t rollout) const;

    /// Draw anew when those who are there go, and when the next one comes: all is memoryless.
    void Redraw(State& state, std::size_t rollout) const;

    /// Let users come and go as a slot begins.
    void Advance(State& state, std::size_t rollout, double now_s) const {
        if (state.clocks[rollout].next_change_s <= now_s) {
            Change(state, rollout, now_s);
        }
    }

  private:
    void Change(State& state, std::size_t rollout, double now_s) const;
    std::size_t DrawNumber(double uniform, std::size_t n_ue) const;
    void Leave(State& state, std::size_t user, double now_s) const;
    void Come(State& state, std::size_t user, double ends_s, double now_s) const;

    double m_slot_s;
    Arrivals m_law;
    Radio& m_radio;
};

}  // namespace twin
