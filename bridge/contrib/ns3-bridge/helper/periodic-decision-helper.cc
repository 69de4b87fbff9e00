// SPDX-License-Identifier: GPL-2.0-only
#include "periodic-decision-helper.h"

#include "ns3/simulator.h"

#include <utility>

namespace ns3
{

PeriodicDecisionHelper::PeriodicDecisionHelper(physical::Environment& environment, Time interval)
    : m_environment(environment),
      m_interval(interval)
{
}

PeriodicDecisionHelper::~PeriodicDecisionHelper()
{
    m_next.Cancel();
}

void PeriodicDecisionHelper::Start(Time first,
                                   std::function<void()> observe,
                                   std::function<void()> act)
{
    m_observe = std::move(observe);
    m_act = std::move(act);
    m_next = Simulator::Schedule(first, &PeriodicDecisionHelper::Decide, this);
}

void PeriodicDecisionHelper::Decide()
{
    m_observe();
    if (m_environment.Step())
    {
        m_act();
        m_next = Simulator::Schedule(m_interval, &PeriodicDecisionHelper::Decide, this);
    }
}

} // namespace ns3
