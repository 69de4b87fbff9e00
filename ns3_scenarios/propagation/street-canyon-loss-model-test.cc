// SPDX-License-Identifier: GPL-2.0-only
#include "street-canyon-loss-model.h"

#include "ns3/channel-condition-model.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/pointer.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>

namespace physical {

BOOST_AUTO_TEST_SUITE(street_canyon_loss_model)

BOOST_DATA_TEST_CASE(the_lower_end_is_the_user_in_both_directions,
                     boost::unit_test::data::make({5.0, 10.0, 25.0, 40.0}),
                     mast_height_m) {
    const auto mast = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
    const auto user = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
    mast->SetPosition({0, 0, mast_height_m});
    user->SetPosition({120, 50, 1.5});
    const auto model = ns3::CreateObject<StreetCanyonLossModel>();
    model->SetAttribute("Frequency", ns3::DoubleValue(2e9));
    model->SetAttribute("ChannelConditionModel",
                        ns3::PointerValue(ns3::CreateObject<ns3::NeverLosChannelConditionModel>()));
    const double distance_m = std::hypot(130, mast_height_m - 1.5);
    const double nlos_db = 22.4 + 35.3 * std::log10(distance_m) + 21.3 * std::log10(2);
    BOOST_TEST(-model->CalcRxPower(0, mast, user) == nlos_db, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(model->CalcRxPower(0, user, mast) == model->CalcRxPower(0, mast, user));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
