// SPDX-License-Identifier: MIT
#include "presence.h"

#include "laws/handover.h"
#include "random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace twin {

namespace {

/// Drop tasks that follow each other. Returns how many they were.
std::int32_t Drop(std::vector<Task>& tasks, std::int32_t first, double now_s) {
    std::int32_t dropped = 0;
    for (std::int32_t number = first; number != NONE; ++dropped) {
        Task& task = tasks[static_cast<std::size_t>(number)];
        task.left_s = now_s;
        number = task.next;
    }
    return dropped;
}

std::int32_t DropTransfers(State& state, Way way, std::size_t user, double now_s) {
    Queues& queues = state.On(way);
    const std::size_t rollout = user / state.n_ue;
    RadioQueue& queue = queues.of_users[user];
    const std::int32_t dropped = Drop(state.tasks[rollout], queue.first, now_s);
    queues.totals[user].left_bit += queue.queue_bit;
    queue.queue_bit = queue.head_bit = 0;
    queue.sent = queue.arrived = queue.entered;
    queue.first = queue.sending = queue.last = NONE;
    queues.next_arrival_s[user] = NEVER;
    queues.waiting.Clear(rollout, user - rollout * state.n_ue);
    return dropped;
}

std::int32_t DropComputations(State& state, std::size_t user, double now_s) {
    const std::size_t rollout = user / state.n_ue;
    std::int32_t dropped = 0;
    for (std::size_t i = user * state.n_bs; i < (user + 1) * state.n_bs; ++i) {
        Flow& flow = state.flows[i];
        dropped += Drop(state.tasks[rollout], flow.head, now_s);
        flow = {.used_s = flow.used_s};
        state.computing.Clear(rollout, i - rollout * state.n_ue * state.n_bs);
    }
    return dropped;
}

/// Who has been away for the longest time, of those who went before; none: behind the last one.
std::size_t LongestAway(const State& state, std::size_t rollout, std::int32_t gone_before) {
    const std::size_t begin = rollout * state.n_ue, end = begin + state.n_ue;
    std::size_t found = end;
    for (std::size_t user = begin; user < end; ++user) {
        const Stay& stay = state.stays[user];
        if (!stay.present && stay.departure < gone_before) {
            found = user;
            gone_before = stay.departure;
        }
    }
    return found;
}

/// When somebody goes or comes next.
double NextChangeS(const State& state, std::size_t rollout) {
    double next_s = state.clocks[rollout].next_comer_s;
    for (std::size_t user = rollout * state.n_ue; user < (rollout + 1) * state.n_ue; ++user) {
        if (state.stays[user].present) {
            next_s = std::min(next_s, state.stays[user].ends_s);
        }
    }
    return next_s;
}

}  // namespace

void Presence::Start(State& state, std::size_t rollout) const {
    if (m_law.rate_hz <= 0) {
        return;
    }
    Clock& clock = state.clocks[rollout];
    const Draws draws(clock.seed, Stream::STAY, 0);
    const std::size_t there = DrawNumber(draws.Uniform(state.n_ue), state.n_ue);
    for (std::size_t ue = there; ue < state.n_ue; ++ue) {
        Leave(state, rollout * state.n_ue + ue, 0);
    }
    Redraw(state, rollout);
}

void Presence::Redraw(State& state, std::size_t rollout) const {
    if (m_law.rate_hz <= 0) {
        return;
    }
    Clock& clock = state.clocks[rollout];
    const double now_s = static_cast<double>(clock.slot) * m_slot_s;
    const Draws draws(clock.seed, Stream::STAY, static_cast<std::uint64_t>(clock.slot));
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        Stay& stay = state.stays[rollout * state.n_ue + ue];
        stay.ends_s = now_s + m_law.sojourn_s * draws.Exponential(ue);
    }
    clock.next_comer_s = now_s + draws.Exponential(state.n_ue + 1) / m_law.rate_hz;
    clock.next_change_s = NextChangeS(state, rollout);
}

void Presence::Change(State& state, std::size_t rollout, double now_s) const {
    Clock& clock = state.clocks[rollout];
    // Who goes now can come from the next slot on: everybody sees that it was away.
    const std::int32_t gone_before = clock.departures;
    const std::size_t begin = rollout * state.n_ue, end = begin + state.n_ue;
    for (std::size_t user = begin; user < end; ++user) {
        if (state.stays[user].present && state.stays[user].ends_s <= now_s) {
            Leave(state, user, now_s);
        }
    }
    while (clock.next_comer_s <= now_s) {
        const Draws draws(clock.seed, Stream::ARRIVAL, static_cast<std::uint64_t>(clock.comers++));
        const std::size_t user = LongestAway(state, rollout, gone_before);
        if (user < end) {
            const double sojourn_s = m_law.sojourn_s * draws.Exponential(0);
            Come(state, user, clock.next_comer_s + sojourn_s, now_s);
        }
        clock.next_comer_s += draws.Exponential(1) / m_law.rate_hz;
    }
    clock.next_change_s = NextChangeS(state, rollout);
}

std::size_t Presence::DrawNumber(double uniform, std::size_t n_ue) const {
    // p(k) ∝ a^k / k!, k ≤ n (Erlang 1917), by logarithms, for a^k has no bound.
    const double load = m_law.rate_hz * m_law.sojourn_s;
    std::vector<double> weights;
    for (std::size_t k = 0; k <= n_ue; ++k) {
        const auto number = static_cast<double>(k);
        weights.push_back(number * std::log(load) - std::lgamma(number + 1));
    }
    const double largest = *std::max_element(weights.begin(), weights.end());
    for (double& weight : weights) {
        weight = std::exp(weight - largest);
    }
    double left = uniform * std::accumulate(weights.begin(), weights.end(), 0.0);
    std::size_t number = 0;
    while (number < n_ue && left >= weights[number]) {
        left -= weights[number++];
    }
    return number;
}

void Presence::Leave(State& state, std::size_t user, double now_s) const {
    const std::size_t rollout = user / state.n_ue;
    Clock& clock = state.clocks[rollout];
    Stay& stay = state.stays[user];
    std::int32_t dropped = DropTransfers(state, Way::UP, user, now_s);
    dropped += DropComputations(state, user, now_s);
    if (!state.down.of_users.empty()) {
        dropped += DropTransfers(state, Way::DOWN, user, now_s);
    }
    stay.tasks_left += dropped;
    clock.in_system -= dropped;
    if (!state.jobs.empty()) {
        Jobs& jobs = state.jobs[user];
        jobs.dropped += jobs.submitted - jobs.done;
        jobs.done = jobs.submitted;
        jobs.work_cycles = jobs.head_cycles = 0;
    }
    stay.present = 0;
    stay.departure = clock.departures++;
    clock.without_cell += state.cell[user] >= 0;
    state.cell[user] = NONE;
    state.back_s[user] = NEVER;
    // Its radio attaches anew, where it is heard best, and stays there, silent.
    state.users[user].last_cell = static_cast<std::int32_t>(state.Strongest(user));
}

void Presence::Come(State& state, std::size_t user, double ends_s, double now_s) const {
    const std::size_t rollout = user / state.n_ue;
    Clock& clock = state.clocks[rollout];
    Stay& stay = state.stays[user];
    stay.present = 1;
    stay.ends_s = ends_s;
    const std::int32_t attached = state.users[user].last_cell;
    if (state.Strongest(user) == static_cast<std::size_t>(attached)) {
        state.back_s[user] = now_s;
        state.cell[user] = attached;
        --clock.without_cell;
        m_radio.Reassociate(state, user, twin::Change::BACK, false);
        return;
    }
    const Draws draws(clock.seed, Stream::ARRIVAL, static_cast<std::uint64_t>(clock.slot));
    const float normal = draws.Normal(2 + user - rollout * state.n_ue);
    state.back_s[user] = now_s + OutageS(m_law.attach_s, m_law.attach_sd_s, normal);
}

}  // namespace twin
