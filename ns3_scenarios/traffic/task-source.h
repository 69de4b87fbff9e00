// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TASK_SOURCE_H
#define PHYSICAL_TASK_SOURCE_H

#include "task-size.h"
#include "traffic-settings.h"

#include "ns3/event-id.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cmath>
#include <cstdint>
#include <functional>

namespace physical {

/// What is to be expected of the tasks of a user.
struct TaskDemand {
    double rate_hz;
    double mean_bit;
    double mean_cycles;
};

/// One user's tasks: when they come, how large they are, how much work they make. Each of these is
/// drawn from a random stream of its own, so that another choice of one leaves the others.
class TaskSource {
  public:
    using Emit = std::function<void(std::uint32_t size_bit, double cycles)>;

    /// Uses the ns-3 random streams first_stream … first_stream + STREAMS - 1.
    TaskSource(const TrafficSettings& settings, std::int64_t first_stream, Emit emit);
    virtual ~TaskSource() = default;

    static constexpr std::int64_t STREAMS = 6;

    /// Begin in the stationary state; once more: begin anew, forgetting what was to come.
    virtual void Start() = 0;
    /// Draw again what was to come, as far as it is random.
    virtual void Redraw() = 0;
    virtual TaskDemand Demand() const = 0;

    /// The run number has changed: draw from now on as it says. A user's mean cycles per bit stay.
    void AssignStreams();

  protected:
    const TrafficSettings& Setting() const { return m_settings; }
    double MeanBit() const { return m_size.MeanBit(); }
    double UserCyclesPerBit() const { return m_user_cycles_per_bit; }

    double DrawPeriodS(double mean_s) { return m_period_s->GetValue(mean_s, 0); }
    double DrawGapS(double mean_s) { return m_gap_s->GetValue(mean_s, 0); }
    double DrawJitterS() { return m_jitter->GetValue(0, m_settings.jitter_s); }
    /// Uniform in [0, 1): where in its cycle the user starts.
    double DrawPhase() { return m_uniform->GetValue(0, 1); }

    /// @param size_bit 0: drawn
    /// @param cycles NaN: drawn
    void EmitTask(std::uint32_t size_bit = 0, double cycles = NAN);

  private:
    TrafficSettings m_settings;
    std::int64_t m_first_stream;
    Emit m_emit;
    TaskSize m_size;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_period_s;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_gap_s;
    ns3::Ptr<ns3::UniformRandomVariable> m_uniform;
    ns3::Ptr<ns3::UniformRandomVariable> m_cycles;
    ns3::Ptr<ns3::UniformRandomVariable> m_jitter;
    double m_user_cycles_per_bit;
};

}  // namespace physical

#endif
