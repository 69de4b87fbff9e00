// SPDX-License-Identifier: MIT
#include "traffic.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace twin {

namespace {

/// Distribution function of the standard normal law.
double NormalCdf(double x) {
    return std::erfc(-x / std::sqrt(2.0)) / 2;
}

}  // namespace

TrafficLaw::TrafficLaw(Traffic traffic) : m_traffic(std::move(traffic)) {
    const double low = m_traffic.size_min_bit, high = m_traffic.size_max_bit;
    if (m_traffic.size_model == "bounded-pareto") {
        m_tail = 1 - std::pow(low / high, m_traffic.size_alpha);
    } else if (m_traffic.size_model == "lognormal") {
        const double median = m_traffic.size_median_bit, sigma = m_traffic.size_sigma;
        m_cdf_low = NormalCdf(std::log(low / median) / sigma);
        m_cdf_between = NormalCdf(std::log(high / median) / sigma) - m_cdf_low;
    }
}

void TrafficLaw::Typical(State& state, std::size_t rollout, std::size_t ue) const {
    const Draws draws(state.clocks[rollout].seed, Stream::USER_CYCLES, 0);
    const double on = m_traffic.on_s / (m_traffic.on_s + m_traffic.off_s);
    Source& source = state.sources[rollout * state.n_ue + ue];
    source.on_probability = m_traffic.periodic ? 1 : on;
    source.rate_hz = m_traffic.rate_hz;
    const double spread = 1 + m_traffic.cycles_ue_spread * (2.0 * draws.Uniform(ue) - 1);
    source.cycles_per_bit = m_traffic.cycles_per_bit * spread;
}

void TrafficLaw::Begin(State& state, std::size_t rollout, std::size_t ue, double now_s) const {
    Source& source = state.sources[rollout * state.n_ue + ue];
    const std::uint64_t seed = state.clocks[rollout].seed;
    source.origin_s = now_s;
    source.active_s = m_traffic.periodic ? -1 : 0;  // of periodic sources: moment of the last task
    if (m_traffic.periodic) {
        source.phase = Draws(seed, Stream::TRAFFIC_STATE, 0).Uniform(ue);
    } else if (m_traffic.off_s > 0) {
        const float uniform = Draws(seed, Stream::TRAFFIC_STATE, 0).Uniform(ue);
        const double pause_s =
            m_traffic.off_s * Draws(seed, Stream::TRAFFIC_PERIOD, 0).Exponential(ue);
        source.paused_s = uniform < source.on_probability ? 0 : pause_s;
        source.on_ends_s = m_traffic.on_s * Draws(seed, Stream::TRAFFIC_PERIOD, 1).Exponential(ue);
    }
    DrawNext(state, rollout, ue);
    Clock& clock = state.clocks[rollout];
    clock.first_created_s =
        std::min(clock.first_created_s, state.next_created_s[rollout * state.n_ue + ue]);
}

Task TrafficLaw::Create(State& state, std::size_t rollout, std::size_t ue) const {
    const std::size_t user = rollout * state.n_ue + ue;
    Source& source = state.sources[user];
    const std::uint64_t seed = state.clocks[rollout].seed;
    const auto number = static_cast<std::uint64_t>(source.drawn++);
    const double size_bit =
        std::nearbyint(SizeBit(Draws(seed, Stream::TASK_SIZE, number).Uniform(ue)) * source.size);
    double work = 1;
    if (m_traffic.cycles_task_spread > 0) {
        const float uniform = Draws(seed, Stream::TASK_CYCLES, number).Uniform(ue);
        work += m_traffic.cycles_task_spread * (2.0 * uniform - 1);
    }
    const Task task{.created_s = state.next_created_s[user],
                    .uploaded_s = NEVER,
                    .computed_s = NOT_YET,
                    .downloaded_s = NEVER,
                    .done_s = NOT_YET,
                    .left_s = NOT_YET,
                    .size_bit = size_bit,
                    .cycles = size_bit * source.cycles_per_bit * work,
                    .ue = static_cast<std::int32_t>(ue),
                    .bs = NONE,
                    .next = NONE};
    DrawNext(state, rollout, ue);
    return task;
}

void TrafficLaw::DrawNext(State& state, std::size_t rollout, std::size_t ue) const {
    const std::size_t user = rollout * state.n_ue + ue;
    Source& source = state.sources[user];
    const std::uint64_t seed = state.clocks[rollout].seed;
    double& next_s = state.next_created_s[user];
    if (source.rate_hz < 1e-9) {
        next_s = NEVER;
    } else if (m_traffic.periodic) {
        source.active_s = NextPeriodicS(source, seed, ue);
        next_s = source.origin_s + source.active_s;
    } else {
        next_s = source.origin_s + NextActiveS(source, seed, ue);
    }
}

double TrafficLaw::NextActiveS(Source& source, std::uint64_t seed, std::size_t ue) const {
    const auto number = static_cast<std::uint64_t>(source.drawn);
    source.active_s += Draws(seed, Stream::TRAFFIC_GAP, number).Exponential(ue) / source.rate_hz;
    while (m_traffic.off_s > 0 && source.on_ends_s < source.active_s) {
        // Period by period an active time, then a pause; the first active time has been drawn.
        const auto period = static_cast<std::uint64_t>(source.periods++);
        const Draws off(seed, Stream::TRAFFIC_PERIOD, 2 * period + 2);
        const Draws on(seed, Stream::TRAFFIC_PERIOD, 2 * period + 3);
        source.paused_s += m_traffic.off_s * off.Exponential(ue);
        source.on_ends_s += m_traffic.on_s * on.Exponential(ue);
    }
    return source.active_s + source.paused_s;
}

double TrafficLaw::NextPeriodicS(const Source& source, std::uint64_t seed, std::size_t ue) const {
    const double after_s = source.active_s;
    const double period_s = 1 / source.rate_hz;
    const double phase = source.phase;
    // Jitter may bring later tasks forward: the first one after a moment is among a few.
    const double first = std::floor((after_s - m_traffic.jitter_s) / period_s - phase);
    double next_s = NEVER;
    for (double number = std::max(first, 0.0); (phase + number) * period_s < next_s; ++number) {
        const Draws late(seed, Stream::TRAFFIC_GAP, static_cast<std::uint64_t>(number));
        const double at_s = (phase + number) * period_s + m_traffic.jitter_s * late.Uniform(ue);
        if (at_s > after_s) {
            next_s = std::min(next_s, at_s);
        }
    }
    return next_s;
}

double TrafficLaw::MeanSizeBit() const {
    constexpr int QUANTILES = 100'000;
    if (m_traffic.size_model == "uniform") {
        return (m_traffic.size_min_bit + m_traffic.size_max_bit) / 2;
    }
    double sum = 0;
    for (int i = 0; i < QUANTILES; ++i) {
        sum += SizeBit((i + 0.5) / QUANTILES);
    }
    return sum / QUANTILES;
}

double TrafficLaw::SizeBit(double uniform) const {
    const double low = m_traffic.size_min_bit, high = m_traffic.size_max_bit;
    if (m_traffic.size_model == "bounded-pareto") {
        return low * std::pow(1 - uniform * m_tail, -1 / m_traffic.size_alpha);
    }
    if (m_traffic.size_model == "lognormal") {
        const auto score = NormalQuantile(static_cast<float>(m_cdf_low + uniform * m_cdf_between));
        const double size_bit = m_traffic.size_median_bit * std::exp(m_traffic.size_sigma * score);
        return std::clamp(size_bit, low, high);
    }
    return low + uniform * (high - low);
}

TrafficOfUsers::TrafficOfUsers(const NetworkParameters& network, std::size_t n_ue)
    : m_class(network.traffic_class) {
    const auto is_unknown = [&](std::size_t of) { return of >= network.traffic.size(); };
    if (m_class.size() != n_ue || std::ranges::any_of(m_class, is_unknown)) {
        throw std::invalid_argument("traffic_class: the number of a law of traffic for each user");
    }
    for (const Traffic& traffic : network.traffic) {
        m_laws.emplace_back(traffic);
    }
}

std::vector<double> TrafficOfUsers::MeanSizeBit() const {
    std::vector<double> of_class, of_user;
    for (const TrafficLaw& law : m_laws) {
        of_class.push_back(law.MeanSizeBit());
    }
    for (const std::size_t number : m_class) {
        of_user.push_back(of_class[number]);
    }
    return of_user;
}

}  // namespace twin
