// SPDX-License-Identifier: GPL-2.0-only
#include "askers.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace physical {

Askers::Askers(Environment& environment,
               const std::string& axis,
               std::size_t n,
               std::vector<std::string> reasons)
    : m_environment(environment), m_labels(std::move(reasons)), m_n(n) {
    m_labels.insert(m_labels.begin(), "no");
    m_asks = environment.Observation<std::int32_t>({.name = "asks",
                                                    .shape = {Axis(n, axis)},
                                                    .unit = "1",
                                                    .low = 0,
                                                    .high = double(m_labels.size() - 1),
                                                    .help = "who asks for a decision now, and why",
                                                    .labels = m_labels,
                                                    .categorical = true});
}

void Askers::Ask(std::size_t asker, const std::string& reason, std::function<void()> decided) {
    const std::int32_t label = LabelOf(asker, reason);
    if (m_questions.empty()) {
        ns3::Simulator::ScheduleNow(&Askers::Step, this);
        std::ranges::fill(m_asks.All(), 0);
    } else if (m_asks(asker) != 0) {
        throw std::logic_error("asker " + std::to_string(asker) + " asks twice at one instant: \"" +
                               m_labels[m_asks(asker)] + "\" and \"" + reason + "\"");
    }
    m_asks(asker) = label;
    m_questions.push_back({asker, std::move(decided)});
}

bool Askers::AskNow(std::size_t asker, const std::string& reason) {
    const std::int32_t label = LabelOf(asker, reason);
    const auto asks = m_asks.All();
    const std::vector<std::int32_t> waiting(asks.begin(), asks.end());
    std::ranges::fill(asks, 0);
    m_asks(asker) = label;
    const bool goes_on = m_environment.Step();
    if (!m_questions.empty()) {
        std::ranges::copy(waiting, asks.begin());
    }
    return goes_on;
}

std::int32_t Askers::LabelOf(std::size_t asker, const std::string& reason) const {
    const auto label = std::find(m_labels.begin() + 1, m_labels.end(), reason);
    if (asker >= m_n || label == m_labels.end()) {
        throw std::logic_error("asker " + std::to_string(asker) + " of " + std::to_string(m_n) +
                               ", reason \"" + reason + "\": not declared");
    }
    return static_cast<std::int32_t>(label - m_labels.begin());
}

void Askers::Step() {
    const auto questions = std::exchange(m_questions, {});
    if (!m_environment.Step()) {
        return;
    }
    for (const Question& question : questions) {
        question.decided();
    }
}

}  // namespace physical
