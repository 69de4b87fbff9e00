// SPDX-License-Identifier: GPL-2.0-only
#include "grant-sizes.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace physical {

namespace {

constexpr std::uint32_t RB_PER_UNIT = 2;

GrantRequest Request(std::uint16_t rnti, double owed_rb, std::uint32_t wanted_units) {
    return {.rnti = rnti, .weight = 1, .owed_rb = owed_rb, .wanted_units = wanted_units};
}

std::uint32_t UnitsOf(const std::vector<GrantRequest>& requests, std::uint16_t rnti) {
    return std::find_if(requests.begin(), requests.end(),
                        [rnti](const GrantRequest& request) { return request.rnti == rnti; })
        ->units;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(grant_sizes)

BOOST_AUTO_TEST_CASE(everyone_gets_what_it_is_owed_in_whole_units) {
    std::vector<GrantRequest> requests{Request(1, 8, 100), Request(2, 12, 100)};
    SizeGrants(requests, 10, RB_PER_UNIT, ShareMode::WORK_CONSERVING);
    BOOST_TEST(UnitsOf(requests, 1) == 4);
    BOOST_TEST(UnitsOf(requests, 2) == 6);
}

BOOST_AUTO_TEST_CASE(nobody_gets_more_than_it_wants_and_the_rest_goes_to_others) {
    std::vector<GrantRequest> requests{Request(1, 10, 1), Request(2, 10, 100)};
    SizeGrants(requests, 10, RB_PER_UNIT, ShareMode::WORK_CONSERVING);
    BOOST_TEST(UnitsOf(requests, 1) == 1);
    BOOST_TEST(UnitsOf(requests, 2) == 9);
}

BOOST_AUTO_TEST_CASE(signalling_comes_before_those_who_are_owed_more) {
    std::vector<GrantRequest> requests{Request(1, 100, 100), Request(2, 0, 0)};
    requests[1].signalling_units = 3;
    SizeGrants(requests, 5, RB_PER_UNIT, ShareMode::WORK_CONSERVING);
    BOOST_TEST(requests.front().rnti == 2);
    BOOST_TEST(UnitsOf(requests, 2) == 3);
    BOOST_TEST(UnitsOf(requests, 1) == 2);
}

BOOST_AUTO_TEST_CASE(who_may_not_send_data_gets_none) {
    std::vector<GrantRequest> requests{Request(1, 100, 100)};
    requests[0].may_send_data = false;
    SizeGrants(requests, 5, RB_PER_UNIT, ShareMode::WORK_CONSERVING);
    BOOST_TEST(UnitsOf(requests, 1) == 0);
}

BOOST_AUTO_TEST_CASE(a_quota_waits_until_it_has_saved_the_smallest_grant) {
    std::vector<GrantRequest> requests{Request(1, 5, 100)};
    requests[0].smallest_units = 3;
    SizeGrants(requests, 10, RB_PER_UNIT, ShareMode::QUOTA);
    BOOST_TEST(UnitsOf(requests, 1) == 0);
    requests[0].owed_rb = 6;
    SizeGrants(requests, 10, RB_PER_UNIT, ShareMode::QUOTA);
    BOOST_TEST(UnitsOf(requests, 1) >= 3);
}

BOOST_AUTO_TEST_CASE(a_quota_is_overdrawn_by_less_than_two_smallest_grants) {
    std::vector<GrantRequest> requests{Request(1, 6, 100)};
    requests[0].smallest_units = 2;
    SizeGrants(requests, 50, RB_PER_UNIT, ShareMode::QUOTA);
    BOOST_TEST(UnitsOf(requests, 1) * RB_PER_UNIT < 6 + 2 * 2 * RB_PER_UNIT);
}

BOOST_AUTO_TEST_CASE(sizes_are_allowed_sizes) {
    const RoundDown to_even = [](std::uint32_t units) { return units / 2 * 2; };
    std::vector<GrantRequest> requests{Request(1, 10, 100), Request(2, 10, 100)};
    SizeGrants(requests, 11, RB_PER_UNIT, ShareMode::WORK_CONSERVING, to_even);
    BOOST_TEST(UnitsOf(requests, 1) % 2 == 0);
    BOOST_TEST(UnitsOf(requests, 2) % 2 == 0);
    BOOST_TEST(UnitsOf(requests, 1) + UnitsOf(requests, 2) == 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
