// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "random.h"
#include "state.h"

#include <cstddef>
#include <vector>

namespace twin {

/// Draws the tasks of users as the scenario's traffic models create them, one after the other.
///
/// On-off: tasks come as a Poisson process on the clock of the active time, which is then stretched
/// by the pauses. Without pauses this is a Poisson process. Periodic: a phase per user, jitter per
/// task.
class TrafficLaw {
  public:
    explicit TrafficLaw(Traffic traffic);

    /// A user of whom nothing is known but the settings.
    void Typical(State& state, std::size_t rollout, std::size_t ue) const;

    /// A source begins at some moment: draw its first task.
    void Begin(State& state, std::size_t rollout, std::size_t ue, double now_s) const;

    /// The task that is due now; the moment of the next one is drawn.
    Task Create(State& state, std::size_t rollout, std::size_t ue) const;

    /// Size by a uniform number.
    double SizeBit(double uniform) const;

    /// Mean of the sizes.
    double MeanSizeBit() const;

  private:
    void DrawNext(State& state, std::size_t rollout, std::size_t ue) const;
    double NextActiveS(Source& source, std::uint64_t seed, std::size_t ue) const;
    double NextPeriodicS(const Source& source, std::uint64_t seed, std::size_t ue) const;

    Traffic m_traffic;
    double m_tail = 0;     // bounded Pareto: probability that the bound cuts off
    double m_cdf_low = 0;  // log-normal: probability of what is below both bounds
    double m_cdf_between = 0;
};

/// The law of each user's class.
class TrafficOfUsers {
  public:
    /// Throws std::invalid_argument if some user is of no class.
    TrafficOfUsers(const NetworkParameters& network, std::size_t n_ue);

    const TrafficLaw& Of(std::size_t ue) const { return m_laws[m_class[ue]]; }

    /// Mean size of each user's tasks.
    std::vector<double> MeanSizeBit() const;

  private:
    std::vector<TrafficLaw> m_laws;
    std::vector<std::size_t> m_class;
};

}  // namespace twin
