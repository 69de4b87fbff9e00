// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "radio.h"
#include "sharing.h"
#include "state.h"

#include <cstdint>
#include <vector>

namespace twin {

/// What is decided on the servers in a slot, for every user.
struct ServerShares {
    Numbered<const float> compute;   // weight of a user wherever it has work
    Numbered<const float> training;  // of its retraining jobs; none: nothing is retrained
    bool fills =
        false;  // shares by the priorities of `fill`; training: tasks that a job stands for
};

/// The edge servers, which divide themselves among the users' flows: processor sharing, task by
/// task.
class Servers {
  public:
    /// A task that is computed and has a result.
    struct Computed {
        std::size_t rollout;
        std::size_t user;
        std::int32_t task;
    };

    /// mean_bit: size of a typical task of each user.
    Servers(const NetworkParameters& network,
            const State& state,
            const std::vector<double>& mean_bit);

    /// A task arrives at the server of its user's cell.
    static void Accept(State& state, std::size_t rollout, std::size_t user, std::int32_t number);

    /// Serve all flows for a slot.
    ///
    /// reward: of each rollout; to it is added how long tasks without a result that were done in
    ///     this slot had been gone at its end.
    void Compute(State& state, Rows rows, ServerShares shares, Numbered<double> reward);

    /// Tasks with results that were computed in the last slot.
    const std::vector<Computed>& LastComputed() const { return m_computed; }

  private:
    struct Served {
        std::size_t rollout;
        std::size_t number;  // of the flow, or of the user whose jobs these are
        std::size_t bs;
    };

    void AddFlows(State& state, std::size_t rollout, std::size_t first_server, ServerShares shares);
    void AddJobs(State& state, std::size_t rollout, std::size_t first_server, ServerShares shares);
    void AddQuotas(const State& state,
                   std::size_t rollout,
                   std::size_t first_server,
                   ServerShares shares);
    double Finish(State& state, Served flow, std::size_t i, double served);
    double Typical(const State& state, std::size_t rollout, std::size_t user) const {
        return m_mean_bit[user - rollout * state.n_ue] * state.sources[user].cycles_per_bit;
    }
    double EndS(const State& state, std::size_t rollout) const {
        return static_cast<double>(state.clocks[rollout].slot + 1) * m_network.slot_s;
    }

    const NetworkParameters& m_network;
    const std::vector<double>& m_mean_bit;
    std::vector<double> m_s_per_cycle;          // of each server
    std::vector<std::uint32_t> m_user_of_flow;  // of one rollout: divisions take longer
    Sharing m_sharing;
    std::vector<Served> m_flows;  // that have something to do, in the order of m_sharing
    std::vector<Served> m_jobs;   // that follow them there
    std::vector<Computed> m_computed;
};

}  // namespace twin
