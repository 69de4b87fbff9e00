// SPDX-License-Identifier: GPL-2.0-only
#ifndef PERIODIC_DECISION_HELPER_H
#define PERIODIC_DECISION_HELPER_H

#include "ns3/environment.h"
#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <functional>

namespace ns3
{

/**
 * @ingroup ns3-bridge
 * @brief Ask the agent at fixed intervals: slots of one length.
 */
class PeriodicDecisionHelper
{
  public:
    /**
     * @brief Create the helper.
     *
     * @param environment What is asked.
     * @param interval Time from one question to the next.
     */
    PeriodicDecisionHelper(physical::Environment& environment, Time interval);

    /// Nothing is asked any more.
    ~PeriodicDecisionHelper();

    PeriodicDecisionHelper(const PeriodicDecisionHelper&) = delete;
    PeriodicDecisionHelper& operator=(const PeriodicDecisionHelper&) = delete;

    /**
     * @brief Begin to ask. To be called once.
     *
     * @param first Time from now to the first question.
     * @param observe Fills the observations, and the actions for a run without an agent.
     * @param act Enforces the actions.
     */
    void Start(Time first, std::function<void()> observe, std::function<void()> act);

  private:
    /// Ask, and do so again after an interval if the agent goes on.
    void Decide();

    physical::Environment& m_environment; //!< What is asked.
    Time m_interval;                      //!< From one question to the next.
    std::function<void()> m_observe;      //!< Fills the observations.
    std::function<void()> m_act;          //!< Enforces the actions.
    EventId m_next;                       //!< The next question.
};

} // namespace ns3

#endif // PERIODIC_DECISION_HELPER_H
