// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "radio.h"
#include "sharing.h"
#include "state.h"
#include "traffic.h"

#include <vector>

namespace twin {

/// The way up: from the creation of a task to its last bit at the edge.
class Uplink {
  public:
    Uplink(const NetworkParameters& network, const TrafficLaw& traffic, Radio& radio)
        : m_network(network), m_traffic(traffic), m_radio(radio) {}

    /// Take over the tasks that are created before the slot ends, by those who are there.
    ///
    /// Returns how long they have been there at its end, summed.
    double Create(State& state, std::size_t rollout, double end_s) const;

    /// Serve the radio queues for a slot.
    ///
    /// weight: every user's; none: a cell's users have equal shares.
    void Send(State& state, Rows rows, Numbered<const float> weight);

    /// Tasks that reach the edge before the slot ends: call accept(user, task) for each.
    template <class Accept>
    void Arrive(State& state, std::size_t rollout, double end_s, Accept accept) const {
        if (state.clocks[rollout].first_arrival_s >= end_s) {
            return;
        }
        std::vector<Task>& tasks = state.tasks[rollout];
        double first_s = NEVER;
        const std::size_t begin = rollout * state.n_ue;
        for (std::size_t i = begin; i < begin + state.n_ue; ++i) {
            while (state.next_arrival_s[i] < end_s) {
                User& user = state.users[i];
                const std::int32_t number = user.first;
                Task& task = tasks[static_cast<std::size_t>(number)];
                user.first = task.next;
                task.next = NONE;
                ++user.arrived;
                state.next_arrival_s[i] =
                    user.arrived < user.sent
                        ? tasks[static_cast<std::size_t>(user.first)].uploaded_s
                        : NEVER;
                accept(i, number);
            }
            first_s = std::min(first_s, state.next_arrival_s[i]);
        }
        state.clocks[rollout].first_arrival_s = first_s;
    }

  private:
    void Gather(State& state, Rows rows);
    void Divide(const State& state, Rows rows, Numbered<const float> weight);
    void Finish(State& state,
                std::size_t rollout,
                std::size_t user,
                double present_s,
                double offered_bit,
                double sent_bit) const;

    const NetworkParameters& m_network;
    const TrafficLaw& m_traffic;
    Radio& m_radio;
    Senders m_senders;
    Sharing m_sharing;
};

}  // namespace twin
