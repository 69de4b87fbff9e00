// SPDX-License-Identifier: GPL-2.0-only
#include "scenario.h"

#include "agent-connection.h"
#include "bucket-scheduler.h"
#include "declaration.h"
#include "exit-status.h"
#include "message.h"
#include "program-arguments.h"

#include "ns3/command-line.h"
#include "ns3/global-value.h"
#include "ns3/simulator.h"
#include "ns3/type-id.h"

#include <cmath>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace physical {

/// One run of a scenario program: command line, declarations, slot loop.
class ScenarioProgram {
  public:
    explicit ScenarioProgram(Scenario& scenario)
        : m_scenario(scenario), m_clock(scenario.m_clock), m_schema(scenario.Name()) {}

    void Run(int argc, char** argv) {
        DeclareSettings();
        if (!ParseCommandLine(argc, argv)) {
            return;
        }
        m_scenario.DeclareFields(m_schema);
        if (m_describe) {
            std::cout << Describe(m_scenario.Name(), m_scenario.Summary(), NS3_TWIN_NS3_VERSION,
                                  m_settings, m_schema)
                      << std::endl;
            return;
        }
        Open();
        m_scenario.Build();
        ns3::Simulator::Schedule(ns3::Seconds(m_clock.warmup_s), [this] { StartSlot(); });
        ns3::Simulator::Run();
        ns3::Simulator::Destroy();
    }

  private:
    void DeclareSettings() {
        m_settings.Real("slot_s", m_clock.slot_s, 0.001, 1, "s", "length of a slot");
        m_settings.Integer("slots_per_frame", m_clock.slots_per_frame, 1, 100'000, "slots",
                           "slots from one frame decision to the next");
        m_settings.Real("duration_s", m_clock.duration_s, 0.001, 1e6, "s",
                        "simulated time under the agent's control");
        m_settings.Real("warmup_s", m_clock.warmup_s, 0, 1e3, "s",
                        "simulated time before the first slot");
        m_scenario.DeclareSettings(m_settings);
    }

    /// @return false if the program has nothing more to do
    bool ParseCommandLine(int argc, char** argv) {
        ProgramArguments arguments = ReadProgramArguments(m_settings, argc, argv);
        if (arguments.help) {
            std::cout << ProgramHelp(m_scenario.Name(), m_scenario.Summary(), m_settings);
            return false;
        }
        m_describe = arguments.describe;
        ns3::GlobalValue::Bind("SchedulerType", ns3::TypeIdValue(BucketScheduler::GetTypeId()));
        m_scenario.SetNs3Defaults();
        ns3::CommandLine command_line;
        command_line.Parse(static_cast<int>(arguments.for_ns3.size()), arguments.for_ns3.data());
        m_slots = std::llround(m_clock.duration_s / m_clock.slot_s);
        if (m_slots < 1) {
            throw SettingError("setting duration_s = " + message::Number(m_clock.duration_s) +
                               ": must be at least one slot (" + message::Number(m_clock.slot_s) +
                               " s)");
        }
        return true;
    }

    void Open() {
        std::function<void()> reseed;
        if (m_scenario.CanReseed()) {
            reseed = [this] { m_scenario.Reseed(); };
        }
        m_agent.Open(m_schema, m_scenario.WhyNoBranches(), std::move(reseed));
    }

    void StartSlot() {
        m_scenario.Observe();
        m_schema.SaturateObservations();
        const bool last = m_clock.slot == m_slots;
        if (last) {
            m_scenario.Finish();
        } else {
            m_scenario.DefaultAction();
        }
        if (Decide(last) == Command::STOP || last) {
            ns3::Simulator::Stop();
            return;
        }
        m_schema.KeepFrameActions(m_clock.IsFrameStart());
        m_scenario.Act();
        ++m_clock.slot;
        // From the number of slots, not from Now(): no rounding adds up.
        const ns3::Time next =
            ns3::Seconds(m_clock.warmup_s + static_cast<double>(m_clock.slot) * m_clock.slot_s);
        ns3::Simulator::Schedule(next - ns3::Simulator::Now(), [this] { StartSlot(); });
    }

    Command Decide(bool last) {
        const bool has_reward = m_agent.HasAgent() && m_clock.slot != 0;
        return m_agent.Exchange({
            .status = last ? Status::TRUNCATED : Status::RUNNING,
            .slot = m_clock.slot,
            .time_s = ns3::Simulator::Now().GetSeconds(),
            .reward = has_reward ? m_scenario.Reward() : 0.0,
            .events = ns3::Simulator::GetEventCount(),
        });
    }

    Scenario& m_scenario;
    SlotClock& m_clock;
    Settings m_settings;
    Schema m_schema;
    bool m_describe = false;
    std::int64_t m_slots = 0;
    AgentConnection m_agent;
};

int RunScenario(Scenario& scenario, int argc, char** argv) {
    return ExitStatusOf([&] { ScenarioProgram(scenario).Run(argc, argv); });
}

}  // namespace physical
