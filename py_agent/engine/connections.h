// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "radio.h"
#include "state.h"

#include <cstdint>
#include <vector>

namespace twin {

/// Carries out commands to move, as the radio says, and brings users without a cell back.
class Connections {
  public:
    Connections(const HandoverLaw& law, Radio& radio) : m_law(law), m_radio(radio) {}

    /// Command base stations at the start of a frame. A user that is without a cell, or between
    /// two, does not obey; who is away hears nothing.
    ///
    /// association: the base station of every user of the batch.
    void Command(State& state,
                 std::size_t rollout,
                 Numbered<const std::int32_t> association,
                 double now_s);

    /// Users whose time without a cell ends before end_s find the strongest one.
    void Reconnect(State& state, std::size_t rollout, double end_s) const;

    /// A user's link has failed: it looks for another cell.
    static void Lose(State& state, const Outage& outage, double now_s);

  private:
    void Move(State& state, const Handover& handover, double now_s);

    enum Outcome { DONE = 2, REFUSED = 3, FAILED = 4 };  // as the field handover_state names them

    const HandoverLaw& m_law;
    Radio& m_radio;
    std::vector<Handover> m_handovers;  // room for those of one rollout
    std::vector<std::size_t> m_refused;
};

}  // namespace twin
