// SPDX-License-Identifier: MIT
#include "mobility.h"

#include "clones.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace twin {

namespace {

constexpr float TURN = 2 * std::numbers::pi_v<float>;
constexpr std::size_t DRAWS = 4;  // numbers that a new leg needs at most

/// Walk along one axis; who would leave the area turns round at its edge.
TWIN_CLONES void Walk(
    float* place_m, float* speed_mps, float by_s, float low_m, float high_m, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        const float moved_m = place_m[i] + speed_mps[i] * by_s;
        const bool outside = moved_m < low_m || moved_m > high_m;
        speed_mps[i] = outside ? -speed_mps[i] : speed_mps[i];
        place_m[i] = std::min(std::max(moved_m, low_m), high_m);
    }
}

TWIN_CLONES void Length(const float* x, const float* y, float by, float* length, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        length[i] = std::sqrt(x[i] * x[i] + y[i] * y[i]) * by;
    }
}

}  // namespace

WalkLaw::WalkLaw(const Mobility& law)
    : m_waypoints(law.model == "random-waypoint" || law.model == "hotspots"),
      m_static(law.model == "static"),
      m_remembers(law.model == "gauss-markov"),
      m_trace(law.model == "trace"),
      m_slow_mps(static_cast<float>(law.speed_min_mps)),
      m_fast_mps(static_cast<float>(law.speed_max_mps)),
      m_turn_s(static_cast<float>(law.turn_s)),
      m_pause_s(static_cast<float>(law.pause_s)),
      m_memory(static_cast<float>(law.memory)),
      m_low_m{static_cast<float>(law.area_m[0]), static_cast<float>(law.area_m[1])},
      m_high_m{static_cast<float>(law.area_m[2]), static_cast<float>(law.area_m[3])} {}

void WalkLaw::Start(State& state, std::size_t rollout) const {
    const Draws place(state.clocks[rollout].seed, Stream::PLACE, 0);
    const Draws leg(state.clocks[rollout].seed, Stream::PLACE, 1);
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        const std::size_t user = rollout * state.n_ue + ue;
        const Place at = At(place.Uniform(2 * ue), place.Uniform(2 * ue + 1));
        state.x_m[user] = at[0];
        state.y_m[user] = at[1];
        state.x_mps[user] = state.y_mps[user] = 0;
        if (m_static) {
            state.left_s[user] = std::numeric_limits<float>::infinity();
        } else if (m_waypoints) {
            StartBetweenWaypoints(state, rollout, ue);
        } else if (m_remembers) {
            state.x_mps[user] = SigmaMps() * NormalQuantile(leg.Uniform(DRAWS * ue));
            state.y_mps[user] = SigmaMps() * NormalQuantile(leg.Uniform(DRAWS * ue + 1));
            state.left_s[user] = leg.Uniform(DRAWS * ue + 2) * m_turn_s;
        } else {
            const float speed_mps = SpeedMps(leg.Uniform(DRAWS * ue));
            const float angle = TURN * leg.Uniform(DRAWS * ue + 1);
            state.x_mps[user] = speed_mps * std::cos(angle);
            state.y_mps[user] = speed_mps * std::sin(angle);
            state.left_s[user] = leg.Uniform(DRAWS * ue + 2) * m_turn_s;
        }
    }
}

void WalkLaw::Follow(State& state, std::size_t rollout) const {
    const Draws draws(state.clocks[rollout].seed, Stream::PLACE, 1);
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        const std::size_t user = rollout * state.n_ue + ue;
        const float uniform = draws.Uniform(ue);
        if (m_pause_s > 0 && SpeedMps(state, user) < m_slow_mps / 2) {
            // Nobody walks so slowly: it rests, and its reports have errors.
            state.x_mps[user] = state.y_mps[user] = 0;
        }
        state.left_s[user] = m_static      ? std::numeric_limits<float>::infinity()
                             : m_waypoints ? RestOfLegS(state, user, uniform)
                                           : uniform * m_turn_s;
    }
}

void WalkLaw::Advance(State& state, std::size_t rollout, double by_s) const {
    const std::size_t begin = rollout * state.n_ue, n = state.n_ue;
    const auto step_s = static_cast<float>(by_s);
    Length(&state.x_mps[begin], &state.y_mps[begin], step_s, &state.walked_m[begin], n);
    Walk(&state.x_m[begin], &state.x_mps[begin], step_s, m_low_m[0], m_high_m[0], n);
    Walk(&state.y_m[begin], &state.y_mps[begin], step_s, m_low_m[1], m_high_m[1], n);
    for (std::size_t ue = 0; ue < n; ++ue) {
        state.left_s[begin + ue] -= step_s;
        if (state.left_s[begin + ue] <= 0) {
            Turn(state, rollout, ue);
        }
    }
}

void WalkLaw::Turn(State& state, std::size_t rollout, std::size_t ue) const {
    const std::size_t user = rollout * state.n_ue + ue;
    const auto leg = static_cast<std::uint64_t>(++state.legs[user]);
    const Draws draws(state.clocks[rollout].seed, Stream::LEG, leg);
    const auto u = [&](std::size_t i) { return draws.Uniform(DRAWS * ue + i); };
    float& x_mps = state.x_mps[user];
    float& y_mps = state.y_mps[user];
    if (m_remembers) {
        // One step later (Liang and Haas 1999).
        const float fresh_mps = SigmaMps() * std::sqrt(1 - m_memory * m_memory);
        x_mps = m_memory * x_mps + fresh_mps * NormalQuantile(u(0));
        y_mps = m_memory * y_mps + fresh_mps * NormalQuantile(u(1));
        state.left_s[user] += m_turn_s;
    } else if (m_waypoints && m_pause_s > 0 && (x_mps != 0 || y_mps != 0)) {
        x_mps = y_mps = 0;
        state.left_s[user] += u(3) * m_pause_s;
    } else if (m_waypoints) {
        const Place target_m = At(u(0), u(1));
        const float speed_mps = SpeedMps(u(2));
        const float x_m = target_m[0] - state.x_m[user], y_m = target_m[1] - state.y_m[user];
        const float distance_m = std::max(std::sqrt(x_m * x_m + y_m * y_m), 1e-3f);
        x_mps = x_m * (speed_mps / distance_m);
        y_mps = y_m * (speed_mps / distance_m);
        state.left_s[user] += distance_m / speed_mps;
    } else {
        const float speed_mps = SpeedMps(u(2));
        const float angle = TURN * u(0);
        x_mps = speed_mps * std::cos(angle);
        y_mps = speed_mps * std::sin(angle);
        state.left_s[user] += m_trace ? -m_turn_s * std::log(u(3)) : m_turn_s;
    }
}

void WalkLaw::StartBetweenWaypoints(State& state, std::size_t rollout, std::size_t ue) const {
    // A leg in progress is as likely as it is long, and its speed as it is slow.
    const std::size_t user = rollout * state.n_ue + ue;
    const float x_size_m = m_high_m[0] - m_low_m[0], y_size_m = m_high_m[1] - m_low_m[1];
    const float longest_m = std::sqrt(x_size_m * x_size_m + y_size_m * y_size_m);
    for (std::uint64_t attempt = 2;; ++attempt) {
        const Draws draws(state.clocks[rollout].seed, Stream::PLACE, attempt);
        const auto u = [&](std::size_t i) { return draws.Uniform(8 * ue + i); };
        const Place begin_m = At(u(0), u(1)), end_m = At(u(2), u(3));
        const float x_m = end_m[0] - begin_m[0], y_m = end_m[1] - begin_m[1];
        const float length_m = std::sqrt(x_m * x_m + y_m * y_m);
        if (u(4) * longest_m >= length_m) {
            continue;
        }
        const float slowness = std::pow(m_fast_mps / std::max(m_slow_mps, 1e-3f), u(5));
        const float speed_mps = m_fast_mps / slowness, part = u(6);
        state.x_m[user] = begin_m[0] + part * x_m;
        state.y_m[user] = begin_m[1] + part * y_m;
        state.x_mps[user] = x_m * (speed_mps / length_m);
        state.y_mps[user] = y_m * (speed_mps / length_m);
        state.left_s[user] = (1 - part) * length_m / speed_mps;
        StartPause(state, user, u(7));
        return;
    }
}

void WalkLaw::StartPause(State& state, std::size_t user, float uniform) const {
    // Some rest at the end of their leg instead, as many as pauses are long.
    if (m_pause_s == 0) {
        return;
    }
    const float slow_mps = std::max(m_slow_mps, 1e-3f);
    const float slowness = m_fast_mps > slow_mps
                               ? std::log(m_fast_mps / slow_mps) / (m_fast_mps - slow_mps)
                               : 1 / m_fast_mps;
    const float size_m = (m_high_m[0] - m_low_m[0] + m_high_m[1] - m_low_m[1]) / 2;
    const float leg_s = 0.5214f * size_m * slowness;  // mean distance in a unit square
    const float resting = m_pause_s / 2 / (m_pause_s / 2 + leg_s);
    if (uniform >= resting) {
        return;
    }
    state.x_m[user] += state.x_mps[user] * state.left_s[user];
    state.y_m[user] += state.y_mps[user] * state.left_s[user];
    state.x_mps[user] = state.y_mps[user] = 0;
    state.left_s[user] = RestOfPauseS(uniform / resting);
}

float WalkLaw::RestOfPauseS(float uniform) const {
    // Pauses are uniform up to the longest; a user is found in one as likely as it is long.
    return (1 - std::sqrt(1 - uniform)) * m_pause_s;
}

float WalkLaw::RestOfLegS(const State& state, std::size_t user, float uniform) const {
    // Among the legs through a point in a given direction, those that reach r ahead of it have a
    // density in proportion to r + a/2, a being the way behind it to the edge of the area: begin
    // and end of a leg are uniform over the area, which in polar coordinates about the point is (a'
    // + r) da' dr, integrated over a' from 0 to a.
    const float speed_mps = SpeedMps(state, user);
    if (speed_mps < 1e-3f) {
        return RestOfPauseS(uniform);
    }
    const Place place_m{state.x_m[user], state.y_m[user]};
    const Place direction{state.x_mps[user] / speed_mps, state.y_mps[user] / speed_mps};
    const float ahead_m = ToEdgeM(place_m, direction);
    const float behind_m = ToEdgeM(place_m, {-direction[0], -direction[1]});
    const float whole = uniform * (ahead_m * ahead_m + behind_m * ahead_m);
    return std::max(std::sqrt(behind_m * behind_m / 4 + whole) - behind_m / 2, 0.f) / speed_mps;
}

float WalkLaw::ToEdgeM(Place place_m, Place direction) const {
    float nearest_m = std::numeric_limits<float>::infinity();
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const float room_m =
            direction[axis] > 0 ? m_high_m[axis] - place_m[axis] : place_m[axis] - m_low_m[axis];
        const float way_m = std::max(room_m, 0.f) / std::max(std::abs(direction[axis]), 1e-6f);
        nearest_m = std::min(nearest_m, way_m);
    }
    return nearest_m;
}

float WalkLaw::SpeedMps(const State& state, std::size_t user) {
    const float x_mps = state.x_mps[user], y_mps = state.y_mps[user];
    return std::sqrt(x_mps * x_mps + y_mps * y_mps);
}

float WalkLaw::SigmaMps() const {
    return (m_slow_mps + m_fast_mps) / 2 * std::sqrt(2 / std::numbers::pi_v<float>);
}

float WalkLaw::SpeedMps(float uniform) const {
    return m_slow_mps + uniform * (m_fast_mps - m_slow_mps);
}

WalkLaw::Place WalkLaw::At(float u, float v) const {
    return {m_low_m[0] + u * (m_high_m[0] - m_low_m[0]),
            m_low_m[1] + v * (m_high_m[1] - m_low_m[1])};
}

}  // namespace twin
