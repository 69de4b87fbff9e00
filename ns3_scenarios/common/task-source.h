// SPDX-License-Identifier: GPL-2.0-only
#ifndef TWIN_TASK_SOURCE_H
#define TWIN_TASK_SOURCE_H

#include "settings.h"

#include "ns3/event-id.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <functional>

namespace twin {

/// How users create tasks.
struct TrafficSettings {
    double on_s = 2;
    double off_s = 2;
    double rate_hz = 1;
    double size_min_bit = 1e5;
    double size_max_bit = 7e5;
    double cycles_per_bit = 1000;

    void Declare(Settings& settings);
    /// @throws SettingError if the bounds of the size are the wrong way round
    void Check() const;
};

/// The on/off source of one user: exponential on and off periods, Poisson tasks while on,
/// uniform sizes. It starts in its stationary state.
class TaskSource {
  public:
    using Emit = std::function<void(std::uint32_t size_bit, double cycles)>;

    /// @param first_stream ns-3 random streams first_stream … first_stream + STREAMS - 1 are used
    TaskSource(const TrafficSettings& settings, std::int64_t first_stream, Emit emit);

    static constexpr std::int64_t STREAMS = 3;

    void Start();

  private:
    void Toggle(bool on);
    void ScheduleTask();

    TrafficSettings m_settings;
    Emit m_emit;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_period_s;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_gap_s;
    ns3::Ptr<ns3::UniformRandomVariable> m_uniform;
    ns3::EventId m_next_task;
};

}  // namespace twin

#endif
