// SPDX-License-Identifier: GPL-2.0-only
#include "scenario.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace physical {

namespace {

/// Wants another value in every slot, and notes which ones are in force.
class Restless : public Scenario {
  public:
    Restless() : Scenario("restless", "wants another value in every slot") {}

    void DeclareSettings(Settings& /*settings*/) override {}
    void DeclareFields(Schema& schema) override {
        m_slow = schema.Action<std::int32_t>({.name = "slow",
                                              .shape = {1},
                                              .unit = "1",
                                              .low = 0,
                                              .high = 100,
                                              .help = "",
                                              .timescale = Timescale::FRAME});
        m_fast = schema.Action<std::int32_t>(
            {.name = "fast", .shape = {1}, .unit = "1", .low = 0, .high = 100, .help = ""});
    }
    void Build() override {}
    void Observe() override {}
    void DefaultAction() override {
        m_slow(0) = m_fast(0) = 10 + static_cast<std::int32_t>(m_clock.slot);
    }
    void Act() override {
        slow.push_back(m_slow(0));
        fast.push_back(m_fast(0));
    }

    std::vector<int> slow;
    std::vector<int> fast;

  private:
    Field<std::int32_t> m_slow;
    Field<std::int32_t> m_fast;
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_slot_loop_keeps_for_a_frame_what_its_first_slot_decided) {
    std::vector<std::string> arguments{"restless", "--slot_s=0.5", "--slots_per_frame=3",
                                       "--duration_s=3"};
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    Restless scenario;
    BOOST_TEST(RunScenario(scenario, static_cast<int>(argv.size()), argv.data()) == 0);
    BOOST_TEST(scenario.slow == (std::vector{10, 10, 10, 13, 13, 13}),
               boost::test_tools::per_element());
    BOOST_TEST(scenario.fast == (std::vector{10, 11, 12, 13, 14, 15}),
               boost::test_tools::per_element());
}

}  // namespace physical
