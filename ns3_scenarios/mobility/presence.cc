// SPDX-License-Identifier: GPL-2.0-only
#include "presence.h"

#include "message.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace physical {

void ArrivalSettings::Declare(Settings& settings) {
    settings.Real("arrival.rate_hz", rate_hz, 0, 1e4, "1/s",
                  "users that come per second, a Poisson process; n_ue are there at most; 0: all "
                  "are there throughout, those of a trace while it has them");
    settings.Real("arrival.sojourn_s", sojourn_s, 1e-3, 1e6, "s",
                  "with arrivals: mean of the exponential time that a user stays");
}

Presence::Presence(const ArrivalSettings& settings,
                   std::vector<Stay> stays,
                   double start_s,
                   double end_s,
                   std::int64_t first_stream)
    : m_settings(settings),
      m_first_stream(first_stream),
      m_stays(std::move(stays)),
      m_present(m_stays.size()),
      m_gap_s(ns3::CreateObject<ns3::ExponentialRandomVariable>()),
      m_sojourn_s(ns3::CreateObject<ns3::ExponentialRandomVariable>()),
      m_uniform(ns3::CreateObject<ns3::UniformRandomVariable>()) {
    const bool stays_vary = std::ranges::any_of(
        m_stays, [&](const Stay& stay) { return stay.from_s > start_s || stay.to_s <= end_s; });
    if (!HasArrivals() && m_settings.sojourn_s != ArrivalSettings{}.sojourn_s) {
        throw SettingError("setting arrival.sojourn_s = " + message::Number(m_settings.sojourn_s) +
                           ": nobody comes and goes without arrival.rate_hz, so it has no effect: "
                           "set that, too, or leave this out");
    }
    if (HasArrivals() && stays_vary) {
        throw SettingError("setting arrival.rate_hz = " + message::Number(m_settings.rate_hz) +
                           ": must be 0 with mobility.model = trace, whose users come and go as "
                           "it says");
    }
    m_varies = HasArrivals() || stays_vary;
    AssignStreams();
    const std::size_t first_away = HasArrivals() ? DrawNumber() : m_stays.size();
    for (std::uint32_t ue = 0; ue < m_stays.size(); ++ue) {
        m_present[ue] = ue < first_away && m_stays[ue].Contains(start_s);
        if (ue >= first_away) {
            m_away.push_back(ue);
        }
    }
    Redraw(start_s);
}

void Presence::AssignStreams() {
    m_gap_s->SetStream(m_first_stream);
    m_sojourn_s->SetStream(m_first_stream + 1);
    m_uniform->SetStream(m_first_stream + 2);
}

std::size_t Presence::DrawNumber() const {
    // p(k) ∝ a^k / k!, k ≤ n, a = λ / μ; by logarithms, for a^k has no bound
    const double load = m_settings.rate_hz * m_settings.sojourn_s;
    std::vector<double> weights;
    for (std::size_t k = 0; k <= m_stays.size(); ++k) {
        const auto number = static_cast<double>(k);
        weights.push_back(number * std::log(load) - std::lgamma(number + 1));
    }
    const double largest = *std::ranges::max_element(weights);
    for (double& weight : weights) {
        weight = std::exp(weight - largest);
    }
    double left = m_uniform->GetValue(0, std::accumulate(weights.begin(), weights.end(), 0.0));
    std::size_t number = 0;
    while (number < m_stays.size() && left >= weights[number]) {
        left -= weights[number++];
    }
    return number;
}

void Presence::AdvanceTo(double time_s, const Changed& changed) {
    Leave(time_s, changed);
    if (HasArrivals()) {
        Arrive(time_s, changed);
        // Who has just gone can come from the next call on: everybody sees that it was away.
        m_away.insert(m_away.end(), m_leaving.begin(), m_leaving.end());
    } else {
        for (std::uint32_t ue = 0; ue < m_stays.size(); ++ue) {
            if (!m_present[ue] && m_stays[ue].Contains(time_s)) {
                m_present[ue] = true;
                changed(ue, true);
            }
        }
    }
    m_leaving.clear();
}

void Presence::Leave(double time_s, const Changed& changed) {
    for (std::uint32_t ue = 0; ue < m_stays.size(); ++ue) {
        if (m_present[ue] && m_stays[ue].to_s <= time_s) {
            m_present[ue] = false;
            m_leaving.push_back(ue);
            changed(ue, false);
        }
    }
}

void Presence::Arrive(double time_s, const Changed& changed) {
    while (m_next_arrival_s <= time_s) {
        const double sojourn_s = m_sojourn_s->GetValue(m_settings.sojourn_s, 0);
        if (!m_away.empty()) {
            const std::uint32_t ue = m_away.front();
            m_away.pop_front();
            m_stays[ue] = {m_next_arrival_s, m_next_arrival_s + sojourn_s};
            m_present[ue] = true;
            changed(ue, true);
        }
        m_next_arrival_s += m_gap_s->GetValue(1 / m_settings.rate_hz, 0);
    }
}

void Presence::Redraw(double time_s) {
    if (!HasArrivals()) {
        return;
    }
    AssignStreams();
    // What is left of a gap or a stay is memoryless.
    m_next_arrival_s = time_s + m_gap_s->GetValue(1 / m_settings.rate_hz, 0);
    for (std::uint32_t ue = 0; ue < m_stays.size(); ++ue) {
        if (m_present[ue]) {
            m_stays[ue].to_s = time_s + m_sojourn_s->GetValue(m_settings.sojourn_s, 0);
        }
    }
}

}  // namespace physical
