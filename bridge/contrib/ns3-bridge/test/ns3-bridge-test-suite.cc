// SPDX-License-Identifier: GPL-2.0-only
#include "ns3/askers.h"
#include "ns3/command-line.h"
#include "ns3/environment.h"
#include "ns3/periodic-decision-helper.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <stdexcept>
#include <string>
#include <vector>

using namespace ns3;

namespace
{

/// Give an environment a command line without arguments, as main() does.
void ParseNothing(physical::Environment& environment)
{
    std::string name = "test";
    std::vector<char*> argv{name.data(), nullptr};
    CommandLine cmd;
    environment.Parse(cmd, 1, argv.data());
}

} // namespace

/**
 * @ingroup ns3-bridge-tests
 * @brief Without an agent the actions keep the values that the program gave them.
 */
class NoAgentTestCase : public TestCase
{
  public:
    NoAgentTestCase()
        : TestCase("Without an agent a program goes on as it was")
    {
    }

  private:
    void DoRun() override
    {
        physical::Environment environment("test", "a test");
        ParseNothing(environment);
        auto seen = environment.Observation<double>({"seen", {2}, "1", 0, 1, "two numbers"});
        auto said = environment.Action<double>({"said", {1}, "1", 0, 9, "a number"});
        environment.Open();
        said(0) = 7;
        seen(1) = 0.5;
        NS_TEST_ASSERT_MSG_EQ(environment.Step(), true, "nobody stops it");
        NS_TEST_ASSERT_MSG_EQ(said(0), 7, "the action is the program's");
        NS_TEST_ASSERT_MSG_EQ(seen(1), 0.5, "the observation is the program's");
        NS_TEST_ASSERT_MSG_EQ(seen.All().size(), 2, "as declared");
        environment.Finish();
        NS_TEST_ASSERT_MSG_EQ(environment.Step(), false, "it is over");
    }
};

/**
 * @ingroup ns3-bridge-tests
 * @brief Those who ask at one instant ask in one step, and nobody asks twice.
 */
class AskersTestCase : public TestCase
{
  public:
    AskersTestCase()
        : TestCase("Those who ask at one instant get their decisions in turn, once")
    {
    }

  private:
    void DoRun() override
    {
        physical::Environment environment("test", "a test");
        ParseNothing(environment);
        physical::Askers askers(environment, "asker", 3, {"tick"});
        environment.Open();
        std::vector<int> decided;
        bool isRefused = false;
        Simulator::Schedule(Seconds(1), [&] {
            askers.Ask(2, "tick", [&] { decided.push_back(2); });
            askers.Ask(0, "tick", [&] { decided.push_back(0); });
            try
            {
                askers.Ask(2, "tick", [] {});
            }
            catch (const std::logic_error&)
            {
                isRefused = true;
            }
        });
        Simulator::Run();
        Simulator::Destroy();
        NS_TEST_ASSERT_MSG_EQ((decided == std::vector<int>{2, 0}), true, "as they asked");
        NS_TEST_ASSERT_MSG_EQ(isRefused, true, "twice at one instant");
    }
};

/**
 * @ingroup ns3-bridge-tests
 * @brief The helper asks at fixed intervals: it observes, then acts.
 */
class PeriodicDecisionTestCase : public TestCase
{
  public:
    PeriodicDecisionTestCase()
        : TestCase("Decisions come at fixed intervals")
    {
    }

  private:
    void DoRun() override
    {
        physical::Environment environment("test", "a test");
        ParseNothing(environment);
        environment.Open();
        PeriodicDecisionHelper decisions(environment, MilliSeconds(20));
        std::vector<int64_t> observedMs;
        std::vector<int64_t> actedMs;
        decisions.Start(
            MilliSeconds(5),
            [&] { observedMs.push_back(Simulator::Now().GetMilliSeconds()); },
            [&] { actedMs.push_back(Simulator::Now().GetMilliSeconds()); });
        Simulator::Stop(MilliSeconds(50));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ((observedMs == std::vector<int64_t>{5, 25, 45}), true, "5 + 20 n");
        NS_TEST_ASSERT_MSG_EQ((actedMs == observedMs), true, "at the same instants");
        Simulator::Destroy();
    }
};

/**
 * @ingroup ns3-bridge-tests
 * @brief The suite of the module.
 */
class Ns3BridgeTestSuite : public TestSuite
{
  public:
    Ns3BridgeTestSuite()
        : TestSuite("ns3-bridge", TestSuite::Type::UNIT)
    {
        AddTestCase(new NoAgentTestCase, TestCase::Duration::QUICK);
        AddTestCase(new AskersTestCase, TestCase::Duration::QUICK);
        AddTestCase(new PeriodicDecisionTestCase, TestCase::Duration::QUICK);
    }
};

static Ns3BridgeTestSuite g_ns3BridgeTestSuite; //!< Registers itself.
