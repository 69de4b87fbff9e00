// SPDX-License-Identifier: GPL-2.0-only
#include "flow-utility.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace physical {

BOOST_AUTO_TEST_SUITE(flow_utility)

BOOST_AUTO_TEST_CASE(its_fair_share_without_a_queue_is_zero) {
    BOOST_TEST(FlowUtility().Of(1, 1, 0) == 0.0);
}

BOOST_AUTO_TEST_CASE(with_weight_one_half_the_rate_is_as_bad_as_twice_the_round_trip) {
    const FlowUtility utility;
    BOOST_TEST(utility.Of(0.5, 1, 0) == utility.Of(1, 2, 0));
    BOOST_TEST(utility.Of(1, 2, 0) == -std::log(2));
}

BOOST_AUTO_TEST_CASE(weights_are_those_that_are_set) {
    const FlowUtility utility{0.5, 3};
    BOOST_TEST(utility.Of(1, std::exp(1.0), 0.1) == -0.5 - 0.3,
               boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_flow_that_stands_still_is_not_infinitely_bad) {
    BOOST_TEST(FlowUtility().Of(0, 1, 0) == std::log(FlowUtility::LEAST_RATE_RATIO));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
