// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ASKERS_H
#define PHYSICAL_ASKERS_H

#include "environment.h"

#include <functional>
#include <string>
#include <vector>

namespace physical {

/**
 * Several in one simulation that ask for decisions: flows, stations, queues. Whoever asks at the
 * same instant asks in one step.
 *
 *     Askers flows(environment, "flow", n_flows, {"acknowledgement", "timeout"});
 *     …
 *     flows.Ask(2, "timeout", [this] { Retransmit(window(2)); });
 *
 * The observation `asks` says who asks now, and why: [asker], the label `no` for all others.
 */
class Askers {
  public:
    /// Before the environment is opened.
    /// @param axis what an asker is; fields of theirs begin with this axis
    /// @param reasons why they ask
    Askers(Environment& environment,
           const std::string& axis,
           std::size_t n,
           std::vector<std::string> reasons);

    /// Ask when all events of this instant that are scheduled by now have happened.
    /// @param decided called when the agent has decided, in the order in which they asked
    /// @throws std::logic_error if this one has asked already, or for a reason not declared
    void Ask(std::size_t asker, const std::string& reason, std::function<void()> decided);

    /// Ask in the midst of an event that cannot go on without the decision. Who has asked by Ask()
    /// at this instant still waits.
    /// @return whether the agent goes on; if so, it has decided
    /// @throws std::logic_error as of Ask()
    bool AskNow(std::size_t asker, const std::string& reason);

  private:
    struct Question {
        std::size_t asker;
        std::function<void()> decided;
    };

    /// @throws std::logic_error if there is no such asker or reason
    std::int32_t LabelOf(std::size_t asker, const std::string& reason) const;
    void Step();

    Environment& m_environment;
    std::vector<std::string> m_labels;
    std::size_t m_n;
    Field<std::int32_t> m_asks;
    std::vector<Question> m_questions;  ///< of this instant
};

}  // namespace physical

#endif
