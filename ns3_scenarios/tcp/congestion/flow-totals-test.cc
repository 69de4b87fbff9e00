// SPDX-License-Identifier: GPL-2.0-only
#include "flow-totals.h"

#include <boost/test/unit_test.hpp>

namespace physical {

BOOST_AUTO_TEST_SUITE(flow_totals)

BOOST_AUTO_TEST_CASE(the_difference_of_two_is_what_happened_between_them) {
    const FlowTotals before{1e6, 0, 0.4, 8};
    const FlowTotals after{3e6, 5e5, 1.0, 20};
    const FlowTotals between = after - before;
    BOOST_TEST(between.RateMbps(0.5) == 4.0);
    BOOST_TEST(*between.MeanRttS() == 0.05, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(between.LossShare() == 0.2);
}

BOOST_AUTO_TEST_CASE(where_nothing_happened_there_is_no_round_trip_and_no_loss) {
    const FlowTotals same{1e6, 5e5, 0.4, 8};
    const FlowTotals nothing = same - same;
    BOOST_TEST(nothing.RateMbps(0.1) == 0.0);
    BOOST_TEST(nothing.RateMbps(0.0) == 0.0);
    BOOST_TEST(!nothing.MeanRttS());
    BOOST_TEST(nothing.LossShare() == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
