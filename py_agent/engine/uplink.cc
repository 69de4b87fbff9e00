// SPDX-License-Identifier: MIT
#include "uplink.h"

#include "random.h"

#include <algorithm>

namespace twin {

double Uplink::Create(State& state, std::size_t rollout, double end_s) const {
    Clock& clock = state.clocks[rollout];
    if (clock.first_created_s >= end_s) {
        return 0;
    }
    std::vector<Task>& tasks = state.tasks[rollout];
    double present_s = 0, first_s = NEVER;
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        const std::size_t i = rollout * state.n_ue + ue;
        while (state.next_created_s[i] < end_s) {
            const Task task = m_traffic.Create(state, rollout, ue);
            if (!state.stays[i].present) {
                continue;
            }
            User& user = state.users[i];
            const auto number = static_cast<std::int32_t>(tasks.size());
            if (user.first == NONE) {
                user.first = number;
            } else {
                tasks[static_cast<std::size_t>(user.last)].next = number;
            }
            if (user.queue_bit <= 0) {
                user.sending = number;
                user.head_bit = task.size_bit;
                user.begin_s = task.created_s + m_network.delays.grant_s;
                state.uploading.Set(rollout, ue);
            }
            user.last = number;
            user.queue_bit += task.size_bit;
            user.created_bit += task.size_bit;
            ++user.created;
            ++clock.in_system;
            present_s += end_s - task.created_s;
            tasks.push_back(task);
        }
        first_s = std::min(first_s, state.next_created_s[i]);
    }
    clock.first_created_s = first_s;
    return present_s;
}

void Uplink::Send(State& state, Rows rows, Numbered<const float> weight) {
    Gather(state, rows);
    m_radio.Rates(state, rows, m_senders);
    Divide(state, rows, weight);
    const double most_bit = m_radio.LargestBps() * m_network.slot_s;
    for (std::size_t i = 0; i < m_senders.count; ++i) {
        const auto rollout = static_cast<std::size_t>(m_senders.rollout[i]);
        const auto number = static_cast<std::size_t>(m_senders.user[i]);
        User& user = state.users[number];
        const double rate_bps = m_senders.rate_bps[i];
        const double offered_bit = std::min(m_sharing.offered_s[i] * rate_bps, most_bit);
        const bool empty = offered_bit >= user.queue_bit;
        const double sent_bit = empty ? user.queue_bit : offered_bit;
        user.sent_bit = static_cast<float>(sent_bit);
        user.band_s = m_senders.band_s[i] = static_cast<float>(sent_bit / rate_bps);
        user.queue_bit -= sent_bit;
        user.head_bit -= sent_bit;
        const std::size_t ue = number - rollout * state.n_ue;
        state.sent.Set(rollout, ue);
        if ((user.head_bit <= 0 || empty) && sent_bit > 0) {
            Finish(state, rollout, number, m_sharing.present_s[i], offered_bit, sent_bit);
        }
        if (user.queue_bit <= 0) {
            state.uploading.Clear(rollout, ue);
        }
    }
    m_radio.Sent(state, rows, m_senders);
}

void Uplink::Gather(State& state, Rows rows) {
    std::size_t n = 0;
    m_senders.Reserve((rows.end - rows.begin) * state.n_ue);
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        const auto rests = [&](std::size_t ue) {
            User& user = state.users[rollout * state.n_ue + ue];
            user.band_s = user.sent_bit = 0;
        };
        state.uploading.ForEach(rollout, [&](std::size_t ue) {
            const std::size_t user = rollout * state.n_ue + ue;
            m_senders.rollout[n] = static_cast<std::int32_t>(rollout);
            m_senders.user[n] = static_cast<std::int32_t>(user);
            m_senders.cell[n] = state.cell[user];
            m_senders.band_before_s[n] = state.users[user].band_s;
            const bool sends = state.cell[user] >= 0;
            n += sends;
            if (!sends) {
                rests(ue);
            }
        });
        state.sent.ForEachBut(state.uploading, rollout, rests);
        state.sent.ClearAll(rollout);
    }
    m_senders.count = n;
}

void Uplink::Divide(const State& state, Rows rows, Numbered<const float> weight) {
    const double slot_s = m_network.slot_s;
    const double equal = 1.0 / static_cast<double>(state.n_ue);
    m_sharing.Reset((rows.end - rows.begin) * state.n_bs);
    for (std::size_t i = 0; i < m_senders.count; ++i) {
        const auto rollout = static_cast<std::size_t>(m_senders.rollout[i]);
        const auto number = static_cast<std::size_t>(m_senders.user[i]);
        const User& user = state.users[number];
        m_senders.rate_bps[i] = std::max(m_senders.rate_bps[i], 1.f);
        const double end_s = static_cast<double>(state.clocks[rollout].slot + 1) * slot_s;
        const double present_s =
            std::clamp(end_s - std::max(user.begin_s, user.back_s), 0.0, slot_s);
        m_sharing.Add(
            user.queue_bit / m_senders.rate_bps[i], weight ? weight[number] : equal, present_s,
            (rollout - rows.begin) * state.n_bs + static_cast<std::size_t>(m_senders.cell[i]));
    }
    for (std::size_t rollout = rows.begin; m_network.band_quota && rollout < rows.end; ++rollout) {
        double* quota = &m_sharing.quota[(rollout - rows.begin) * state.n_bs];
        for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
            const std::size_t number = rollout * state.n_ue + ue;
            if (state.cell[number] >= 0) {
                quota[state.cell[number]] += weight ? weight[number] : equal;
            }
        }
    }
    m_sharing.Share(slot_s, m_network.band_quota);
}

void Uplink::Finish(State& state,
                    std::size_t rollout,
                    std::size_t number,
                    double present_s,
                    double offered_bit,
                    double sent_bit) const {
    User& user = state.users[number];
    Clock& clock = state.clocks[rollout];
    std::vector<Task>& tasks = state.tasks[rollout];
    const std::size_t ue = number - rollout * state.n_ue;
    const Delays& delays = m_network.delays;
    const double end_s = static_cast<double>(clock.slot + 1) * m_network.slot_s;
    const bool empty = user.queue_bit <= 0;
    bool again = true;
    while (again) {
        Task& task = tasks[static_cast<std::size_t>(user.sending)];
        const double part = std::min((sent_bit + user.head_bit) / offered_bit, 1.0);
        const double sent_s = end_s - present_s * (1 - part);
        double pipeline_s = delays.pipeline_s;
        if (delays.pipeline_sd_s > 0) {
            const Draws draws(clock.seed, Stream::PIPELINE, static_cast<std::uint64_t>(user.sent));
            pipeline_s = std::max(pipeline_s + delays.pipeline_sd_s * draws.Normal(ue), 0.0);
        }
        task.uploaded_s = std::max(sent_s + pipeline_s + delays.core_s, user.uploaded_s);
        user.uploaded_s = task.uploaded_s;
        state.next_arrival_s[number] = std::min(state.next_arrival_s[number], task.uploaded_s);
        clock.first_arrival_s = std::min(clock.first_arrival_s, task.uploaded_s);
        ++user.sent;
        user.sending = task.next;
        if (user.sending == NONE) {
            // Rounding errors must not outlive the tasks.
            user.queue_bit = user.head_bit = 0;
            return;
        }
        user.head_bit += tasks[static_cast<std::size_t>(user.sending)].size_bit;
        again = user.head_bit <= 0 || empty;
    }
}

}  // namespace twin
