// SPDX-License-Identifier: GPL-2.0-only
#include "share-ledger.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <map>

namespace physical {

namespace {

constexpr std::uint32_t BAND_RB = 25;

ShareLedger MakeLedger(ShareMode mode, const std::map<std::uint16_t, double>& weights) {
    ShareLedger ledger;
    ledger.SetMode(mode);
    ledger.SetBand(BAND_RB);
    for (const auto& [rnti, weight] : weights) {
        ledger.AddUser(rnti, weight);
    }
    return ledger;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(share_ledger)

BOOST_AUTO_TEST_CASE(owes_the_band_by_weight_to_those_who_have_data) {
    const auto ledger = MakeLedger(ShareMode::WORK_CONSERVING, {{1, 1}, {2, 3}, {3, 6}});
    const auto owed_rb = ledger.OwedRb({{1, 100}, {2, 100}}, 24);
    BOOST_TEST(owed_rb[0] == 6);
    BOOST_TEST(owed_rb[1] == 18);
}

BOOST_AUTO_TEST_CASE(gives_what_one_does_not_want_to_the_others) {
    const auto ledger = MakeLedger(ShareMode::WORK_CONSERVING, {{1, 1}, {2, 1}, {3, 2}});
    const auto owed_rb = ledger.OwedRb({{1, 100}, {2, 1}, {3, 100}}, 25);
    BOOST_TEST(owed_rb[1] == 1);
    BOOST_TEST(owed_rb[0] == 8);
    BOOST_TEST(owed_rb[2] == 16);
}

BOOST_AUTO_TEST_CASE(whole_grants_add_up_to_the_shares) {
    auto ledger = MakeLedger(ShareMode::WORK_CONSERVING, {{1, 1}, {2, 2}});
    std::vector<double> used_rb(2, 0);
    constexpr int TTIS = 300;
    for (int tti = 0; tti < TTIS; ++tti) {
        std::vector<ShareClaim> claims{{1, 100}, {2, 100}};
        const auto owed_rb = ledger.OwedRb(claims, BAND_RB);
        const std::size_t winner = owed_rb[0] > owed_rb[1] ? 0 : 1;
        claims[winner].used_rb = BAND_RB;  // the whole band to one of them
        used_rb[winner] += BAND_RB;
        ledger.Settle(claims);
    }
    BOOST_TEST(std::abs(used_rb[0] - TTIS * BAND_RB / 3.0) <= 2 * BAND_RB);
}

BOOST_AUTO_TEST_CASE(an_idle_users_quota_is_not_given_away) {
    auto ledger = MakeLedger(ShareMode::QUOTA, {{1, 0.4}, {2, 0.6}});
    ledger.BeginTti();
    BOOST_TEST(ledger.OwedRb({{1, 100}}, BAND_RB)[0] == 10);
}

BOOST_AUTO_TEST_CASE(a_quota_saves_up_for_eight_ttis_at_most) {
    auto ledger = MakeLedger(ShareMode::QUOTA, {{1, 0.4}});
    for (int tti = 0; tti < 100; ++tti) {
        ledger.BeginTti();
    }
    BOOST_TEST(ledger.OwedRb({{1, 100}}, BAND_RB)[0] == 80);
}

BOOST_AUTO_TEST_CASE(weight_zero_owns_nothing_and_loses_its_credit) {
    auto ledger = MakeLedger(ShareMode::QUOTA, {{1, 0.4}});
    ledger.BeginTti();
    BOOST_TEST(ledger.SetWeight(1, 0));
    ledger.BeginTti();
    BOOST_TEST(ledger.OwedRb({{1, 100}}, BAND_RB)[0] == 0);
}

BOOST_AUTO_TEST_CASE(weights_that_make_no_sense_count_as_zero) {
    auto ledger = MakeLedger(ShareMode::WORK_CONSERVING, {{1, 1}});
    for (const double weight : {-1.0, double{NAN}, double{INFINITY}}) {
        BOOST_TEST(ledger.SetWeight(1, weight));
        BOOST_TEST(ledger.Weight(1) == 0);
    }
    BOOST_TEST(!ledger.SetWeight(2, 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
