// SPDX-License-Identifier: MIT
#pragma once

#include "connections.h"
#include "laws/parameters.h"
#include "mobility.h"
#include "presence.h"
#include "radio.h"
#include "servers.h"
#include "state.h"
#include "traffic.h"
#include "transfers.h"

#include <cstdint>
#include <vector>

namespace twin {

/// What is decided in a slot, for every user of the rollouts that are stepped.
struct Action {
    Numbered<const std::int32_t> association;  // obeyed where a frame starts
    Numbered<const float> bandwidth_share;     // none: a cell's users have equal shares
    Numbered<const float> compute_share;
    Numbered<const float> training_share;          // none: nothing is retrained
    Numbered<const std::int32_t> retrain_samples;  // the same

    /// Without shares of servers, shares go by the priorities of the rule `fill`; training_share is
    /// then the number of tasks that a retraining job stands for.
    bool Fills() const { return !compute_share; }
};

/// A task that is under way when a rollout starts.
struct OpenTask {
    std::size_t ue;
    std::int32_t bs;  // that has it; -1: on its way up
    double age_s;
    double size_bit;
    double cycles;        // work that is left at the server
    double queue_bit;     // left in the queue of the way up
    double download_bit;  // of its result, left in the queue of the way down; else 0
};

/// Many rollouts of one network, slot by slot. A rollout is a function of its start, its seed and
/// what is decided in it: it depends neither on those beside it nor on the number of threads.
class Engine {
  public:
    Engine(NetworkParameters network,
           Radio& radio,
           std::size_t batch,
           std::size_t n_ue,
           std::size_t n_bs);

    State state;

    /// Start rollouts as the scenario itself places its users.
    void Start(const std::vector<std::size_t>& rollouts, const std::vector<std::uint64_t>& seeds);

    /// Start all rollouts where `state` and the radio say that users are: first their seeds.
    void Clear(const std::vector<std::uint64_t>& seeds);
    /// Then, with places, velocities, cells, sources and open tasks known, the rest.
    void Resume(std::int64_t slot, const std::vector<OpenTask>& open);

    /// Let slots pass in some rollouts under one action.
    ///
    /// reward: written, [slots][rows]: minus the time that tasks spent in the system.
    void Step(
        const Action& action, Rows rows, std::size_t slots, std::size_t threads, double* reward);

    /// Draw from now on under other seeds; tasks that are still to come stay.
    void Reseed(const std::vector<std::uint64_t>& seeds);

    /// Put a rollout of another engine of the same network in the place of one of this.
    void CopyFrom(std::size_t rollout, const Engine& other, std::size_t row);

    const NetworkParameters& Network() const { return m_network; }

  private:
    /// What a thread needs to step blocks of rollouts.
    struct Worker {
        explicit Worker(Engine& engine);

        void StepBlock(const Action& action, Rows rows, Numbered<double> reward);
        /// Take over the tasks that are created before the slot ends, by those who are there.
        /// Returns how long they have been there at its end, summed.
        double Create(std::size_t rollout, double end_s) const;
        /// Let results go down for a slot.
        void Download(const Action& action, Rows rows, Numbered<double> reward);
        void Move(Rows rows);

        Engine& engine;
        Connections connections;
        Transfers uplink;
        Transfers downlink;
        Servers servers;
        std::vector<Outage> failed;
    };

    double Seconds(std::int64_t slot) const { return static_cast<double>(slot) * m_network.slot_s; }
    void Open(std::size_t rollout, const OpenTask& open, double now_s);
    void Enqueue(
        Queues& queues, std::size_t rollout, std::size_t ue, std::int32_t task, double bits);

    NetworkParameters m_network;
    Radio& m_radio;
    WalkLaw m_walk;
    TrafficOfUsers m_traffic;
    std::vector<double> m_mean_bit;  // of each user's typical task
    Presence m_presence;
};

}  // namespace twin
