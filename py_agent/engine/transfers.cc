// SPDX-License-Identifier: MIT
#include "transfers.h"

#include "random.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace twin {

Transfers::Transfers(const NetworkParameters& network, Radio& radio, Way way)
    : m_network(network),
      m_radio(radio),
      m_way(way),
      m_delays(way == Way::UP ? network.delays.Up() : network.delays.Down()) {}

void Transfers::Append(
    State& state, std::size_t rollout, std::size_t user, std::int32_t number, double at_s) const {
    Queues& queues = state.On(m_way);
    RadioQueue& queue = queues.of_users[user];
    std::vector<Task>& tasks = state.tasks[rollout];
    const double bits = Bits(tasks[static_cast<std::size_t>(number)]);
    if (queue.first == NONE) {
        queue.first = number;
    } else {
        tasks[static_cast<std::size_t>(queue.last)].next = number;
    }
    if (queue.queue_bit <= 0) {
        queue.sending = number;
        queue.head_bit = bits;
        queue.begin_s = at_s + m_delays.before_s;
        queues.waiting.Set(rollout, user - rollout * state.n_ue);
    }
    queue.last = number;
    queue.queue_bit += bits;
    queues.totals[user].entered_bit += bits;
    ++queue.entered;
}

void Transfers::Send(State& state, Rows rows, Numbered<const float> weight, bool fills) {
    Gather(state, rows);
    m_radio.Rates(state, rows, m_senders, m_way);
    Limit(state);
    Divide(state, rows, weight, fills);
    Queues& queues = state.On(m_way);
    // What limits an upload beside its link: downloads have a window of their own.
    const double most_bit = m_way == Way::UP ? m_radio.LargestBps() * m_network.slot_s
                                             : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < m_senders.count; ++i) {
        const auto rollout = static_cast<std::size_t>(m_senders.rollout[i]);
        const auto number = static_cast<std::size_t>(m_senders.user[i]);
        RadioQueue& queue = queues.of_users[number];
        const double rate_bps = m_senders.rate_bps[i];
        const double offered_bit =
            std::min({m_sharing.offered_s[i] * rate_bps, most_bit, m_window_bit[i]});
        const bool empty = offered_bit >= queue.queue_bit;
        const double sent_bit = empty ? queue.queue_bit : offered_bit;
        queue.sent_bit = static_cast<float>(sent_bit);
        queue.band_s = m_senders.band_s[i] = static_cast<float>(sent_bit / rate_bps);
        queue.queue_bit -= sent_bit;
        double& unacknowledged_bit = queues.totals[number].unacknowledged_bit;
        unacknowledged_bit = (unacknowledged_bit + sent_bit) / (1 + m_returned[i]);
        queue.head_bit -= sent_bit;
        const std::size_t ue = number - rollout * state.n_ue;
        queues.sent.Set(rollout, ue);
        if ((queue.head_bit <= 0 || empty) && sent_bit > 0) {
            Finish(state, rollout, number, m_sharing.present_s[i], offered_bit, sent_bit);
        }
        if (queue.queue_bit <= 0) {
            queues.waiting.Clear(rollout, ue);
        }
    }
    m_radio.Sent(state, rows, m_senders, m_way);
}

void Transfers::Gather(State& state, Rows rows) {
    Queues& queues = state.On(m_way);
    std::size_t n = 0;
    m_senders.Reserve((rows.end - rows.begin) * state.n_ue);
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        const auto rests = [&](std::size_t ue) {
            RadioQueue& queue = queues.of_users[rollout * state.n_ue + ue];
            queue.band_s = queue.sent_bit = 0;
        };
        queues.waiting.ForEach(rollout, [&](std::size_t ue) {
            const std::size_t user = rollout * state.n_ue + ue;
            m_senders.rollout[n] = static_cast<std::int32_t>(rollout);
            m_senders.user[n] = static_cast<std::int32_t>(user);
            m_senders.cell[n] = state.cell[user];
            m_senders.band_before_s[n] = queues.of_users[user].band_s;
            const bool sends = state.cell[user] >= 0;
            n += sends;
            if (!sends) {
                rests(ue);
            }
        });
        queues.sent.ForEachBut(queues.waiting, rollout, rests);
        queues.sent.ClearAll(rollout);
    }
    m_senders.count = n;
}

void Transfers::Limit(State& state) {
    m_window_bit.assign(m_senders.count, INFINITY);
    m_returned.assign(m_senders.count, INFINITY);
    if (std::isinf(m_delays.window_bit)) {
        return;
    }
    for (std::size_t i = 0; i < m_senders.count; ++i) {
        const auto number = static_cast<std::size_t>(m_senders.user[i]);
        const RadioQueue& other = state.On(m_way == Way::UP ? Way::DOWN : Way::UP).of_users[number];
        // An acknowledgement waits behind what the modem has of the other way's data.
        const double ahead_bit = std::min(other.queue_bit, m_delays.window_bit);
        const double wait_slots = ahead_bit > 0 ? ahead_bit / other.sent_bit : 0;
        const double returned = 1 / (m_delays.round_trip_s / m_network.slot_s + wait_slots);
        RadioTotals& totals = state.On(m_way).totals[number];
        const std::int64_t slot = state.clocks[static_cast<std::size_t>(m_senders.rollout[i])].slot;
        const auto idle = static_cast<double>(slot - totals.acknowledged_slot - 1);
        if (idle > 0) {
            totals.unacknowledged_bit /= 1 + idle * returned;
        }
        totals.acknowledged_slot = slot;
        // While a window is under way, what comes back makes room for as much again.
        m_window_bit[i] =
            std::max(m_delays.window_bit * (1 + returned) - totals.unacknowledged_bit, 0.0);
        m_returned[i] = returned;
    }
}

void Transfers::Divide(const State& state, Rows rows, Numbered<const float> weight, bool fills) {
    const Queues& queues = state.On(m_way);
    const double slot_s = m_network.slot_s;
    const double equal = 1.0 / static_cast<double>(state.n_ue);
    m_sharing.Reset((rows.end - rows.begin) * state.n_bs);
    for (std::size_t i = 0; i < m_senders.count; ++i) {
        const auto rollout = static_cast<std::size_t>(m_senders.rollout[i]);
        const auto number = static_cast<std::size_t>(m_senders.user[i]);
        const RadioQueue& queue = queues.of_users[number];
        m_senders.rate_bps[i] = std::max(m_senders.rate_bps[i], 1.f);
        const double end_s = static_cast<double>(state.clocks[rollout].slot + 1) * slot_s;
        const double present_s =
            std::clamp(end_s - std::max(queue.begin_s, state.back_s[number]), 0.0, slot_s);
        const double all_s = queue.queue_bit / m_senders.rate_bps[i];
        const double need_s = std::min(queue.queue_bit, m_window_bit[i]) / m_senders.rate_bps[i];
        const double tasks_per_s = std::max(queue.entered - queue.arrived, 1) / all_s;
        m_sharing.Add(
            need_s, fills ? tasks_per_s : (weight ? weight[number] : equal), present_s,
            (rollout - rows.begin) * state.n_bs + static_cast<std::size_t>(m_senders.cell[i]));
    }
    if (fills) {
        m_sharing.ByPriority(FILL_MARGIN, m_network.band_quota ? 0 : FILL_ALIKE, slot_s);
    } else if (m_network.band_quota) {
        AddQuotas(state, rows, weight);
    }
    m_sharing.Share(slot_s, m_network.band_quota);
}

void Transfers::AddQuotas(const State& state, Rows rows, Numbered<const float> weight) {
    const double equal = 1.0 / static_cast<double>(state.n_ue);
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        double* quota = &m_sharing.quota[(rollout - rows.begin) * state.n_bs];
        for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
            const std::size_t number = rollout * state.n_ue + ue;
            if (state.cell[number] >= 0) {
                quota[state.cell[number]] += weight ? weight[number] : equal;
            }
        }
    }
}

void Transfers::Finish(State& state,
                       std::size_t rollout,
                       std::size_t number,
                       double present_s,
                       double offered_bit,
                       double sent_bit) const {
    Queues& queues = state.On(m_way);
    RadioQueue& queue = queues.of_users[number];
    const Clock& clock = state.clocks[rollout];
    std::vector<Task>& tasks = state.tasks[rollout];
    const std::size_t ue = number - rollout * state.n_ue;
    const double end_s = static_cast<double>(clock.slot + 1) * m_network.slot_s;
    const bool empty = queue.queue_bit <= 0;
    bool again = true;
    while (again) {
        Task& task = tasks[static_cast<std::size_t>(queue.sending)];
        const double part = std::min((sent_bit + queue.head_bit) / offered_bit, 1.0);
        const double sent_s = end_s - present_s * (1 - part);
        double pipeline_s = m_delays.pipeline_s;
        if (m_delays.pipeline_sd_s > 0) {
            const Draws draws(clock.seed, Stream::PIPELINE, static_cast<std::uint64_t>(queue.sent));
            pipeline_s = std::max(pipeline_s + m_delays.pipeline_sd_s * draws.Normal(ue), 0.0);
        }
        queue.arrives_s = std::max(sent_s + pipeline_s + m_delays.after_s, queue.arrives_s);
        ArrivalOf(task) = queue.arrives_s;
        double& next_s = queues.next_arrival_s[number];
        next_s = std::min(next_s, queue.arrives_s);
        double& first_s = queues.first_arrival_s[rollout];
        first_s = std::min(first_s, queue.arrives_s);
        ++queue.sent;
        queue.sending = task.next;
        if (queue.sending == NONE) {
            // Rounding errors must not outlive the tasks.
            queue.queue_bit = queue.head_bit = 0;
            return;
        }
        queue.head_bit += Bits(tasks[static_cast<std::size_t>(queue.sending)]);
        again = queue.head_bit <= 0 || empty;
    }
}

}  // namespace twin
