// SPDX-License-Identifier: GPL-2.0-only
#include "task-size.h"

#include <boost/test/unit_test.hpp>

namespace physical {

BOOST_AUTO_TEST_SUITE(task_size)

BOOST_AUTO_TEST_CASE(the_mean_of_bounded_pareto_sizes_is_that_of_their_quantiles) {
    for (const double alpha : {0.01, 0.999, 1.0, 1.5, 62.0, 100.0}) {
        TrafficSettings settings;
        settings.size_model = "bounded-pareto";
        settings.size_min_bit = 1e5;
        settings.size_max_bit = 1e6;
        settings.size_alpha = alpha;
        const TaskSize size(settings);
        constexpr int QUANTILES = 100'000;
        double sum_bit = 0;
        for (int i = 0; i < QUANTILES; ++i) {
            sum_bit += size.QuantileBit((i + 0.5) / QUANTILES);
        }
        BOOST_TEST_CONTEXT("size_alpha = " << alpha) {
            BOOST_TEST(size.MeanBit() == sum_bit / QUANTILES, boost::test_tools::tolerance(1e-4));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
