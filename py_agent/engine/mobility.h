// SPDX-License-Identifier: MIT
#pragma once

#include "laws/parameters.h"
#include "random.h"
#include "state.h"

#include <array>

namespace twin {

/// The scenario's mobility models: straight legs, and what comes after a leg.
///
/// random-waypoint and hotspots walk to uniform places and pause; random-walk turns every turn_s;
/// gauss-markov remembers its velocity; static stays. Whoever follows a trace keeps direction and
/// speed for turn_s on average, as a random walk.
class WalkLaw {
  public:
    explicit WalkLaw(const Mobility& law);

    /// Users as they are long after the beginning (Navidi and Camp 2004).
    void Start(State& state, std::size_t rollout) const;

    /// Give users whose place and velocity are known a rest of their leg.
    void Follow(State& state, std::size_t rollout) const;

    /// Let time pass, a small part of a leg; who has arrived begins another leg.
    void Advance(State& state, std::size_t rollout, double by_s) const;

  private:
    using Place = std::array<float, 2>;

    void Turn(State& state, std::size_t rollout, std::size_t ue) const;
    void StartBetweenWaypoints(State& state, std::size_t rollout, std::size_t ue) const;
    void StartPause(State& state, std::size_t user, float uniform) const;
    float RestOfPauseS(float uniform) const;
    float RestOfLegS(const State& state, std::size_t user, float uniform) const;
    float ToEdgeM(Place place_m, Place direction) const;
    static float SpeedMps(const State& state, std::size_t user);
    float SpeedMps(float uniform) const;
    /// Standard deviation of each component of a Gauss-Markov velocity.
    float SigmaMps() const;
    Place At(float u, float v) const;

    bool m_waypoints;
    bool m_static;
    bool m_remembers;
    bool m_trace;
    float m_slow_mps;
    float m_fast_mps;
    float m_turn_s;
    float m_pause_s;
    float m_memory;
    Place m_low_m;
    Place m_high_m;
};

}  // namespace twin
