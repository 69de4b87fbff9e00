// SPDX-License-Identifier: GPL-2.0-only
#include "task-source.h"

namespace physical {

namespace {

/// A number from 1 − spread to 1 + spread; exactly 1 without one.
double Spread(double spread, ns3::UniformRandomVariable& uniform) {
    return 1 + spread * (2 * uniform.GetValue(0, 1) - 1);
}

}  // namespace

TaskSource::TaskSource(const TrafficSettings& settings, std::int64_t first_stream, Emit emit)
    : m_settings(settings),
      m_first_stream(first_stream),
      m_emit(std::move(emit)),
      m_size(settings),
      m_period_s(ns3::CreateObject<ns3::ExponentialRandomVariable>()),
      m_gap_s(ns3::CreateObject<ns3::ExponentialRandomVariable>()),
      m_uniform(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_cycles(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_jitter(ns3::CreateObject<ns3::UniformRandomVariable>()) {
    AssignStreams();
    auto of_user = ns3::CreateObject<ns3::UniformRandomVariable>();
    of_user->SetStream(first_stream + 3);
    m_user_cycles_per_bit =
        m_settings.cycles_per_bit * Spread(m_settings.cycles_ue_spread, *of_user);
}

void TaskSource::AssignStreams() {
    m_period_s->SetStream(m_first_stream);
    m_gap_s->SetStream(m_first_stream + 1);
    m_uniform->SetStream(m_first_stream + 2);
    m_cycles->SetStream(m_first_stream + 4);
    m_jitter->SetStream(m_first_stream + 5);
}

void TaskSource::EmitTask(std::uint32_t size_bit, double cycles) {
    if (size_bit == 0) {
        size_bit =
            static_cast<std::uint32_t>(std::round(m_size.QuantileBit(m_uniform->GetValue(0, 1))));
    }
    if (std::isnan(cycles)) {
        cycles =
            size_bit * (m_user_cycles_per_bit * Spread(m_settings.cycles_task_spread, *m_cycles));
    }
    m_emit(size_bit, cycles);
}

}  // namespace physical
