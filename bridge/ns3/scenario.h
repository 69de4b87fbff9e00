// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SCENARIO_H
#define PHYSICAL_SCENARIO_H

#include "schema.h"
#include "settings.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <string>

namespace physical {

/// The two clocks of a scenario: an agent acts every slot, and every `slots_per_frame` slots it
/// also takes the slow decisions.
struct SlotClock {
    double slot_s = 0.02;
    std::uint32_t slots_per_frame = 50;
    double duration_s = 20;
    double warmup_s = 1;
    std::int64_t slot = 0;  ///< the slot that starts now

    bool IsFrameStart() const { return slot % slots_per_frame == 0; }
};

/**
 * A physical network that an agent steers, slot by slot.
 *
 * Derive from it, hand an object to RunScenario() in main(), and the program can be driven through
 * the bridge, described with `--describe`, and run alone with its default actions.
 */
class Scenario {
  public:
    /// @param name as users call it on the command line
    /// @param summary one line for the list of scenarios
    Scenario(std::string name, std::string summary)
        : m_name(std::move(name)), m_summary(std::move(summary)) {}
    virtual ~Scenario() = default;

    const std::string& Name() const { return m_name; }
    const std::string& Summary() const { return m_summary; }

    /// Declare settings beside the common ones (slot_s, slots_per_frame, duration_s, warmup_s).
    virtual void DeclareSettings(Settings& settings) = 0;

    /// Set ns-3 attribute defaults (Config::SetDefault). The user's `--ns3::…` come after and win.
    virtual void SetNs3Defaults() {}

    /// Declare fields and tables; the settings have their final values.
    /// @throws SettingError if settings contradict each other
    virtual void DeclareFields(Schema& schema) = 0;

    /// Build the network. Simulation time is 0.
    virtual void Build() = 0;

    /// Fill the observation fields at the start of a slot.
    virtual void Observe() = 0;

    /// @return the reward of the slot that has just ended
    virtual double Reward() { return 0; }

    /// Fill the action fields with "change nothing": what a run without an agent does each slot.
    virtual void DefaultAction() = 0;

    /// Enforce the action fields for the slot that starts now. Those of Timescale::FRAME hold what
    /// was decided in the first slot of the frame.
    virtual void Act() = 0;

    /// @return whether Reseed() does what it says
    virtual bool CanReseed() const { return false; }

    /// The run number has changed (ns3::RngSeedManager): assign every random stream anew, so that
    /// nothing that is drawn from now on depends on the old one. What was drawn and can be seen
    /// stays; the observation does not change.
    virtual void Reseed() {}

    /// @return why this run cannot be branched, e.g. it writes files; empty: it can
    virtual std::string WhyNoBranches() const { return {}; }

    /// The last observation has been made: append what is still open to the tables.
    virtual void Finish() {}

  protected:
    SlotClock m_clock;

  private:
    friend class ScenarioProgram;

    std::string m_name;
    std::string m_summary;
};

/// The main() of a scenario program. @return the exit status: 0, 2 (settings) or 3 (anything else)
int RunScenario(Scenario& scenario, int argc, char** argv);

}  // namespace physical

/// The former name of `physical`, for one more version.
namespace [[deprecated("use namespace physical")]] twin {
using namespace physical;
}

#endif
