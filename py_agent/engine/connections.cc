// SPDX-License-Identifier: MIT
#include "connections.h"

#include "laws/handover.h"
#include "random.h"

namespace twin {

void Connections::Command(State& state,
                          std::size_t rollout,
                          Numbered<const std::int32_t> association,
                          double now_s) {
    m_handovers.clear();
    m_refused.clear();
    const std::size_t begin = rollout * state.n_ue;
    for (std::size_t user = begin; user < begin + state.n_ue; ++user) {
        if (association[user] == state.cell[user] || !state.stays[user].present) {
            continue;
        }
        const bool free = state.cell[user] >= 0 && state.back_s[user] <= now_s;
        if (free) {
            m_handovers.push_back({user, static_cast<std::size_t>(association[user]), 0.f});
        } else {
            m_refused.push_back(user);
        }
    }
    if (!m_handovers.empty()) {
        m_radio.PredictFailures(state, m_handovers);
    }
    for (const std::size_t user : m_refused) {
        state.users[user].commanded = REFUSED;
        m_radio.Reassociate(state, user, Change::COMMANDED, false);
    }
    for (const Handover& handover : m_handovers) {
        Move(state, handover, now_s);
    }
}

void Connections::Move(State& state, const Handover& handover, double now_s) {
    const std::size_t rollout = handover.user / state.n_ue;
    const std::size_t ue = handover.user - rollout * state.n_ue;
    Clock& clock = state.clocks[rollout];
    User& user = state.users[handover.user];
    const Draws draws(clock.seed, Stream::HANDOVER, static_cast<std::uint64_t>(clock.slot));
    const float normal = draws.Normal(2 * ue + 1);
    const auto target = static_cast<std::int32_t>(handover.target);
    const bool failed = draws.Uniform(2 * ue) < handover.failure_probability;
    user.interruption_s =
        failed ? OutageS(m_law.outage_s, m_law.outage_sd_s, normal) : InterruptionS(m_law, normal);
    user.commanded = failed ? FAILED : DONE;
    user.losses += failed;
    state.back_s[handover.user] = now_s + static_cast<double>(user.interruption_s);
    state.cell[handover.user] = failed ? NONE : target;
    clock.without_cell += failed;
    const bool moved = !failed && user.last_cell != target;
    user.last_cell = failed ? user.last_cell : target;
    m_radio.Reassociate(state, handover.user, Change::COMMANDED, moved);
}

void Connections::Reconnect(State& state, std::size_t rollout, double end_s) const {
    const std::size_t begin = rollout * state.n_ue;
    for (std::size_t user = begin; user < begin + state.n_ue; ++user) {
        if (state.cell[user] >= 0 || state.back_s[user] >= end_s) {
            continue;
        }
        state.cell[user] = static_cast<std::int32_t>(state.Strongest(user));
        const bool moved = state.users[user].last_cell != state.cell[user];
        state.users[user].last_cell = state.cell[user];
        --state.clocks[rollout].without_cell;
        m_radio.Reassociate(state, user, Change::BACK, moved);
    }
}

void Connections::Lose(State& state, const Outage& outage, double now_s) {
    User& user = state.users[outage.user];
    state.cell[outage.user] = NONE;
    ++state.clocks[outage.user / state.n_ue].without_cell;
    ++user.losses;
    state.back_s[outage.user] = now_s + static_cast<double>(outage.gap_s);
}

}  // namespace twin
