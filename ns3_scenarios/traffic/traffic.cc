// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

using ns3::Simulator;

/// So long a wait, or thirty years: ns-3's time ends after 292.
ns3::Time Wait(double wait_s) {
    constexpr double NEVER_S = 1e9;
    return ns3::Seconds(std::min(wait_s, NEVER_S));
}

/// Exponential on and off periods, Poisson tasks while on; without off periods: a Poisson process.
class OnOffSource : public TaskSource {
  public:
    using TaskSource::TaskSource;

    void Start() override {
        if (Setting().rate_hz > 0) {
            Toggle(DrawPhase() < OnProbability());
        }
    }

    void Redraw() override {  // the rest of the period and of the gap are both memoryless
        if (Setting().rate_hz > 0) {
            Toggle(m_on);
        }
    }

    TaskDemand Demand() const override {
        return {Setting().rate_hz * OnProbability(), MeanBit(), MeanBit() * UserCyclesPerBit()};
    }

  private:
    double OnProbability() const { return Setting().on_s / (Setting().on_s + Setting().off_s); }

    void Toggle(bool on) {
        m_on = on;
        m_next_task.Cancel();
        m_next_toggle.Cancel();
        if (on) {
            ScheduleTask();
        }
        if (Setting().off_s > 0) {
            m_next_toggle =
                Simulator::Schedule(Wait(DrawPeriodS(on ? Setting().on_s : Setting().off_s)),
                                    [this, on] { Toggle(!on); });
        }
    }

    void ScheduleTask() {
        m_next_task = Simulator::Schedule(Wait(DrawGapS(1 / Setting().rate_hz)), [this] {
            EmitTask();
            ScheduleTask();
        });
    }

    bool m_on = false;
    ns3::EventId m_next_toggle;
    ns3::EventId m_next_task;
};

/// One task per period, from a uniform phase on, each late by the jitter.
class PeriodicSource : public TaskSource {
  public:
    using TaskSource::TaskSource;

    void Start() override {
        m_next_period.Cancel();
        m_next_task.Cancel();
        if (Setting().rate_hz > 0) {
            m_next_period =
                Simulator::Schedule(Wait(DrawPhase() * PeriodS()), [this] { StartPeriod(); });
        }
    }

    void Redraw() override {}  // the phase is the user's; sizes and jitter are drawn when due

    TaskDemand Demand() const override {
        return {Setting().rate_hz, MeanBit(), MeanBit() * UserCyclesPerBit()};
    }

  private:
    double PeriodS() const { return 1 / Setting().rate_hz; }

    void StartPeriod() {
        m_next_task = Simulator::Schedule(Wait(DrawJitterS()), [this] { EmitTask(); });
        m_next_period = Simulator::Schedule(Wait(PeriodS()), [this] { StartPeriod(); });
    }

    ns3::EventId m_next_period;
    ns3::EventId m_next_task;
};

class TraceSource : public TaskSource {
  public:
    TraceSource(const TrafficSettings& settings,
                std::int64_t first_stream,
                Emit emit,
                const std::vector<TracedTask>& tasks,
                const TaskDemand& demand)
        : TaskSource(settings, first_stream, std::move(emit)), m_tasks(tasks), m_demand(demand) {}

    void Start() override {
        m_next_task.Cancel();
        m_start_s = Simulator::Now().GetSeconds();
        m_next = 0;
        ScheduleTask();
    }

    void Redraw() override {}  // a trace is what it is

    TaskDemand Demand() const override {
        const double cycles = m_demand.mean_cycles > 0 ? m_demand.mean_cycles
                                                       : m_demand.mean_bit * UserCyclesPerBit();
        return {m_demand.rate_hz, m_demand.mean_bit, cycles};
    }

  private:
    void ScheduleTask() {
        if (m_next == m_tasks.size()) {
            return;
        }
        const double wait_s = m_start_s + m_tasks[m_next].time_s - Simulator::Now().GetSeconds();
        m_next_task = Simulator::Schedule(Wait(std::max(wait_s, 0.0)), [this] {
            const TracedTask& task = m_tasks[m_next++];
            EmitTask(task.size_bit, task.cycles);
            ScheduleTask();
        });
    }

    const std::vector<TracedTask>& m_tasks;
    TaskDemand m_demand;
    double m_start_s = 0;
    std::size_t m_next = 0;
    ns3::EventId m_next_task;
};

/// What a user's trace holds within the run.
TaskDemand DemandOf(const std::vector<TracedTask>& tasks, double duration_s, double usual_bit) {
    double count = 0;
    double bit = 0;
    double cycles = 0;
    for (const TracedTask& task : tasks) {
        if (task.time_s <= duration_s) {
            ++count;
            bit += task.size_bit;
            cycles += std::isnan(task.cycles) ? 0 : task.cycles;
        }
    }
    return count == 0 ? TaskDemand{0, usual_bit, 0}
                      : TaskDemand{count / duration_s, bit / count, cycles / count};
}

}  // namespace

Traffic::Traffic(const TrafficSettings& settings, std::uint32_t n_ue, double duration_s)
    : m_classes(TrafficClasses(settings, n_ue)), m_duration_s(duration_s) {
    for (std::size_t number = 0; number < m_classes.size(); ++number) {
        TrafficSettings& law = m_classes[number].law;
        if (law.model == "poisson") {
            law.off_s = 0;
        }
        m_class.insert(m_class.end(), m_classes[number].n_ue, number);
    }
    if (settings.model == "trace") {
        m_trace = ReadTaskTrace(settings.trace, n_ue);
        double count = 0;
        for (const auto& tasks : m_trace) {
            for (const TracedTask& task : tasks) {
                m_mean_trace_bit += (task.size_bit - m_mean_trace_bit) / ++count;
            }
        }
    }
}

void Traffic::DeclareClass(Schema& schema) const {
    if (m_classes.front().name.empty()) {
        return;
    }
    FieldSpec spec{.name = "traffic_class",
                   .shape = {Ue(m_class.size())},
                   .unit = "1",
                   .low = 0,
                   .high = static_cast<double>(m_classes.size() - 1),
                   .help = "which of traffic.classes the user's tasks follow",
                   .categorical = true,
                   .constant = {m_class.begin(), m_class.end()}};
    for (const TrafficClass& one : m_classes) {
        spec.labels.push_back(one.name);
    }
    schema.Observation<std::int32_t>(std::move(spec));
}

std::unique_ptr<TaskSource> Traffic::Make(std::uint32_t ue,
                                          std::int64_t first_stream,
                                          TaskSource::Emit emit) const {
    const TrafficSettings& law = m_classes[m_class[ue]].law;
    if (law.model == "periodic") {
        return std::make_unique<PeriodicSource>(law, first_stream, std::move(emit));
    }
    if (law.model == "trace") {
        return std::make_unique<TraceSource>(law, first_stream, std::move(emit), m_trace[ue],
                                             DemandOf(m_trace[ue], m_duration_s, m_mean_trace_bit));
    }
    return std::make_unique<OnOffSource>(law, first_stream, std::move(emit));
}

}  // namespace physical
