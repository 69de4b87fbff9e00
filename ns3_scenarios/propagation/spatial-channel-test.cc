// SPDX-License-Identifier: GPL-2.0-only
#include "spatial-channel.h"

#include "ns3/constant-position-mobility-model.h"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace physical {

BOOST_AUTO_TEST_SUITE(spatial_channel)

BOOST_AUTO_TEST_CASE(a_link_is_the_same_in_both_directions) {
    const auto channel =
        ns3::CreateObject<SpatialChannel>(FindPropagationEnvironment("umi"), true, 0.5, 1);
    std::vector<ns3::Ptr<ns3::MobilityModel>> ends;
    for (int end = 0; end < 8; ++end) {
        ends.push_back(ns3::CreateObject<ns3::ConstantPositionMobilityModel>());
        ends.back()->SetPosition({40.0 * end, 15.0 * (end % 3), end < 4 ? 10.0 : 1.5});
        if (end < 4) {
            channel->AddBaseStation(ends.back());
        }
    }
    channel->AddUserMaps();
    SpatialConditionModel condition(channel);
    const auto loss = ns3::CreateObject<SpatialShadowingLossModel>(channel);
    for (const auto& a : ends) {
        for (const auto& b : ends) {
            if (a != b) {
                BOOST_TEST(loss->CalcRxPower(0, a, b) == loss->CalcRxPower(0, b, a));
                BOOST_TEST(channel->Between(*a, *b).line_of_sight ==
                           channel->Between(*b, *a).line_of_sight);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
