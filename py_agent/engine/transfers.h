// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "radio.h"
#include "sharing.h"
#include "state.h"

#include <algorithm>
#include <vector>

namespace twin {

/// One way over the radio: of tasks up to the edge, or of their results down to the users.
class Transfers {
  public:
    /// What a user gets of the band where shares go by priority, over what it needs: its rate is a
    /// guess.
    static constexpr double FILL_MARGIN = 1.25;
    /// The part of a band that all its users have alike then, where idle shares go to others: who
    /// has no share is not served even while the band idles, and one direction often does.
    static constexpr double FILL_ALIKE = 0.1;

    Transfers(const NetworkParameters& network, Radio& radio, Way way);

    /// A task joins its user's queue at some moment.
    void Append(State& state,
                std::size_t rollout,
                std::size_t user,
                std::int32_t number,
                double at_s) const;

    /// Bits of a task on this way.
    double Bits(const Task& task) const {
        return m_way == Way::UP ? task.size_bit : m_network.results.Bits(task.size_bit);
    }

    /// Serve the queues for a slot.
    ///
    /// weight: every user's; none: a cell's users have equal shares.
    /// fills: none are given, for shares go by the priorities of `fill`.
    void Send(State& state, Rows rows, Numbered<const float> weight, bool fills);

    /// Tasks whose last bit arrives before the slot ends: call accept(user, task) for each.
    template <class Accept>
    void Arrive(State& state, std::size_t rollout, double end_s, Accept accept) const {
        Queues& queues = state.On(m_way);
        if (queues.first_arrival_s[rollout] >= end_s) {
            return;
        }
        std::vector<Task>& tasks = state.tasks[rollout];
        double first_s = NEVER;
        const std::size_t begin = rollout * state.n_ue;
        for (std::size_t i = begin; i < begin + state.n_ue; ++i) {
            while (queues.next_arrival_s[i] < end_s) {
                RadioQueue& queue = queues.of_users[i];
                const std::int32_t number = queue.first;
                Task& task = tasks[static_cast<std::size_t>(number)];
                queue.first = task.next;
                task.next = NONE;
                ++queue.arrived;
                queues.next_arrival_s[i] =
                    queue.arrived < queue.sent ? ArrivalS(state, rollout, i) : NEVER;
                accept(i, number);
            }
            first_s = std::min(first_s, queues.next_arrival_s[i]);
        }
        queues.first_arrival_s[rollout] = first_s;
    }

  private:
    void Gather(State& state, Rows rows);
    void Limit(State& state);
    void Divide(const State& state, Rows rows, Numbered<const float> weight, bool fills);
    void AddQuotas(const State& state, Rows rows, Numbered<const float> weight);
    void Finish(State& state,
                std::size_t rollout,
                std::size_t user,
                double present_s,
                double offered_bit,
                double sent_bit) const;

    double& ArrivalOf(Task& task) const {
        return m_way == Way::UP ? task.uploaded_s : task.downloaded_s;
    }
    double ArrivalS(State& state, std::size_t rollout, std::size_t user) const {
        const auto first = static_cast<std::size_t>(state.On(m_way).of_users[user].first);
        return ArrivalOf(state.tasks[rollout][first]);
    }

    const NetworkParameters& m_network;
    Radio& m_radio;
    Way m_way;
    WayDelays m_delays;
    Senders m_senders;
    Sharing m_sharing;
    std::vector<double> m_window_bit;  // what each sender may send in the slot
    std::vector<double> m_returned;    // round trips per slot, of each sender
};

}  // namespace twin
