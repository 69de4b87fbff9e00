// SPDX-License-Identifier: GPL-2.0-only
#include "task-source.h"

#include "ns3/simulator.h"

#include <cmath>

namespace twin {

using ns3::Seconds;
using ns3::Simulator;

void TrafficSettings::Declare(Settings& settings) {
    settings.Real("traffic.on_s", on_s, 1e-3, 1e4, "s", "mean length of a user's active period");
    settings.Real("traffic.off_s", off_s, 0, 1e4, "s", "mean length of a user's pause; 0: none");
    settings.Real("traffic.rate_hz", rate_hz, 0, 1e3, "1/s", "tasks per second while active");
    settings.Real("traffic.size_min_bit", size_min_bit, 8, 1e8, "bit", "smallest task");
    settings.Real("traffic.size_max_bit", size_max_bit, 8, 1e8, "bit",
                  "largest task; sizes are uniform between the two");
    settings.Real("traffic.cycles_per_bit", cycles_per_bit, 1e-3, 1e9, "cycles/bit",
                  "work of a task at the edge server");
}

void TrafficSettings::Check() const {
    if (size_min_bit > size_max_bit) {
        throw SettingError(
            "setting traffic.size_min_bit = " + std::to_string(size_min_bit) +
            ": must not exceed traffic.size_max_bit = " + std::to_string(size_max_bit));
    }
}

TaskSource::TaskSource(const TrafficSettings& settings, std::int64_t first_stream, Emit emit)
    : m_settings(settings),
      m_emit(std::move(emit)),
      m_period_s(ns3::CreateObject<ns3::ExponentialRandomVariable>()),
      m_gap_s(ns3::CreateObject<ns3::ExponentialRandomVariable>()),
      m_uniform(ns3::CreateObject<ns3::UniformRandomVariable>()) {
    m_period_s->SetStream(first_stream);
    m_gap_s->SetStream(first_stream + 1);
    m_uniform->SetStream(first_stream + 2);
}

void TaskSource::Start() {
    if (m_settings.rate_hz > 0) {
        const double on_probability = m_settings.on_s / (m_settings.on_s + m_settings.off_s);
        Toggle(m_uniform->GetValue(0, 1) < on_probability);
    }
}

void TaskSource::Toggle(bool on) {
    m_next_task.Cancel();
    if (on) {
        ScheduleTask();
    }
    if (m_settings.off_s > 0) {
        const double mean_s = on ? m_settings.on_s : m_settings.off_s;
        Simulator::Schedule(Seconds(m_period_s->GetValue(mean_s, 0)), [this, on] { Toggle(!on); });
    }
}

void TaskSource::ScheduleTask() {
    m_next_task =
        Simulator::Schedule(Seconds(m_gap_s->GetValue(1 / m_settings.rate_hz, 0)), [this] {
            const double size_bit =
                std::round(m_uniform->GetValue(m_settings.size_min_bit, m_settings.size_max_bit));
            m_emit(static_cast<std::uint32_t>(size_bit), size_bit * m_settings.cycles_per_bit);
            ScheduleTask();
        });
}

}  // namespace twin
