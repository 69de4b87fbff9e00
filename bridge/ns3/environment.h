// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ENVIRONMENT_H
#define PHYSICAL_ENVIRONMENT_H

#include "agent-connection.h"
#include "schema.h"
#include "settings.h"

#include "ns3/command-line.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace physical {

/**
 * An ns-3 program as an environment that decides when it asks: at an acknowledgement, a frame, a
 * timer. The program stays what it is; it declares what is observed and decided, and asks.
 *
 *     int main(int argc, char** argv) {
 *         std::uint32_t flows = 2;
 *         ns3::CommandLine command_line;
 *         command_line.AddValue("flows", "how many", flows);
 *         physical::Environment environment("windows", "TCP whose windows the agent sets");
 *         environment.Parse(command_line, argc, argv);  // in place of command_line.Parse
 *         auto rtt_s = environment.Observation<double>({"rtt_s", {flows}, "s", 0, 100, "latest"});
 *         auto window = environment.Action<double>({"window", {flows}, "packets", 1, 1e4, "next"});
 *         environment.Open();
 *         …                              // build the network; where a decision is due:
 *         rtt_s(0) = …; window(0) = …;   // what is seen, and what happens without an agent
 *         environment.AddReward(…);
 *         environment.Step();            // returns when the agent has decided: read window(0)
 *         …
 *         ns3::Simulator::Run();
 *         environment.Finish();
 *     }
 *
 * Each step is a slot of the bridge's protocol. The time from one to the next is whatever the
 * simulation makes it; the observation `time_s` says when it is. A program with slots of one length
 * derives from Scenario.
 */
class Environment {
  public:
    /// @param name as the declaration has it
    /// @param summary one line for `--help`
    Environment(std::string name, std::string summary);
    /// Finishes, unless that has been done or an exception is on its way.
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    /// Parse the command line, also for `--describe` and `--log`. The program's own arguments
    /// become settings of the declaration, those with a number as default of the type real.
    void Parse(ns3::CommandLine& command_line, int argc, char** argv);

    /// The same of a program that declares its settings with type, unit and bounds. It ends with a
    /// line and status 2 where one is wrong. The user's `--ns3::…` win over defaults set before.
    /// @param set_ns3_defaults called when the settings have their values
    void Parse(Settings& settings,
               int argc,
               char** argv,
               const std::function<void()>& set_ns3_defaults = {});

    template <class T>
    Field<T> Observation(FieldSpec spec) {
        CheckNotOpen();
        return m_schema.Observation<T>(std::move(spec));
    }

    template <class T>
    Field<T> Action(FieldSpec spec) {
        CheckNotOpen();
        return m_schema.Action<T>(std::move(spec));
    }

    Table& AddTable(std::string name, std::string help, std::vector<Column> columns);

    /// Say what the reward of a step is.
    void DescribeReward(std::string unit, std::string help);

    /// How a branch of the simulation gets random numbers of its own: assign every stream anew.
    /// Without it branches have those of their origin.
    void OnReseed(std::function<void()> reseed) { m_reseed = std::move(reseed); }

    /// All is declared: give the fields their memory. With `--describe` the program prints the
    /// declaration and ends here.
    void Open();

    /// Counts to the reward of the next step.
    void AddReward(double reward) { m_reward += reward; }

    /// Ask the agent: all observations have their values, and the actions those that are in force
    /// where nobody decides. Returns when the actions are decided.
    ///
    /// @return whether the agent goes on; if not, the simulation stops after the present event
    bool Step();

    /// The agent comes to the end: the observations that are there are the last ones.
    /// @param has_terminated the simulation reached an end state, rather than the end of its time
    void Finish(bool has_terminated = false);

  private:
    void CheckNotOpen() const;
    std::string Describe() const;
    bool Exchange(Status status);

    std::string m_name;
    std::string m_summary;
    Schema m_schema;
    std::string m_arguments;  ///< the program's own, as ns-3 prints them for `--help`
    Settings m_settings;      ///< those that it declares
    int m_exceptions;         ///< on their way when this was made
    bool m_describe = false;
    bool m_is_open = false;
    bool m_is_over = false;
    std::int64_t m_steps = 0;
    Field<double> m_time_s;
    double m_reward = 0;
    std::function<void()> m_reseed;
    AgentConnection m_agent;
};

}  // namespace physical

#endif
