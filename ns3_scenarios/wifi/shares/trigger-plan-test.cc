// SPDX-License-Identifier: GPL-2.0-only
#include "shares/trigger-plan.h"

#include <boost/test/unit_test.hpp>

namespace physical {

namespace {

constexpr std::uint8_t BEST_MCS = 11;

ns3::WifiTxVector Vector(double width_mhz) {
    ns3::WifiTxVector vector;
    vector.SetPreambleType(ns3::WIFI_PREAMBLE_HE_TB);
    vector.SetChannelWidth(ns3::MHz_u{width_mhz});
    vector.SetGuardInterval(ns3::NanoSeconds(1600));
    return vector;
}

TriggerPlan Plan(std::size_t n, std::uint8_t mcs, std::uint32_t bytes, double width_mhz = 20) {
    std::vector<Asked> stations;
    for (std::uint32_t ue = 0; ue < n; ++ue) {
        stations.push_back({.ue = ue,
                            .aid = static_cast<std::uint16_t>(ue + 1),
                            .mcs = mcs,
                            .streams = 1,
                            .bytes = bytes});
    }
    return PlanTrigger(stations, Vector(width_mhz), ns3::WIFI_PHY_BAND_5GHZ);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trigger_plan)

BOOST_AUTO_TEST_CASE(one_station_has_the_whole_channel_for_what_it_has) {
    const TriggerPlan plan = Plan(1, BEST_MCS, 3000);
    BOOST_TEST((plan.vector.GetRu(1).GetRuType() == ns3::HeRu::RU_242_TONE));
    // 24 kbit at 135.4 Mbit/s, and a preamble
    BOOST_TEST(plan.duration.GetMicroSeconds() > 180);
    BOOST_TEST(plan.duration.GetMicroSeconds() < 260);
}

BOOST_AUTO_TEST_CASE(nobody_has_the_channel_for_long) {
    BOOST_TEST(Plan(1, BEST_MCS, 60'000).duration.GetMicroSeconds() <= 2000);
}

BOOST_AUTO_TEST_CASE(stations_have_units_of_one_size_as_many_as_there_are) {
    BOOST_TEST(Plan(4, BEST_MCS, 3000).stations.size() == 4U);
    BOOST_TEST((Plan(4, BEST_MCS, 3000).vector.GetRu(4).GetRuType() == ns3::HeRu::RU_52_TONE));
    const TriggerPlan three = Plan(3, BEST_MCS, 3000);  // 106, 106 and 26 tones are left
    BOOST_TEST(three.stations.size() == 2U);
    BOOST_TEST(three.stations[0].ue == 0U);
}

BOOST_AUTO_TEST_CASE(a_unit_is_so_large_that_a_whole_frame_can_be_sent) {
    // In 26 tones 1560 bytes would take 14 ms with MCS 0; a PPDU may take 5.484.
    const TriggerPlan plan = Plan(9, 0, 3000);
    BOOST_TEST(plan.stations.size() == 2U);
    BOOST_TEST(plan.duration.GetMicroSeconds() > 3000);
    BOOST_TEST(plan.duration.GetMicroSeconds() < 5484);
}

BOOST_AUTO_TEST_CASE(wider_channels_have_larger_units) {
    BOOST_TEST((Plan(1, 0, 3000, 160).vector.GetRu(1).GetRuType() == ns3::HeRu::RU_2x996_TONE));
    BOOST_TEST((Plan(9, 0, 3000, 80).vector.GetRu(1).GetRuType() == ns3::HeRu::RU_106_TONE));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
