// SPDX-License-Identifier: GPL-2.0-only
#include "shares/airtime-accounts.h"

#include "ns3/simulator.h"

#include <boost/test/unit_test.hpp>

#include <map>

namespace physical {

namespace {

using ns3::MilliSeconds;
using Mode = AirtimeAccounts::Mode;

const AirtimeAccounts::Cost A_MILLISECOND{MilliSeconds(1), MilliSeconds(1)};

AirtimeAccounts MakeAccounts(Mode mode, const std::map<std::uint32_t, double>& shares) {
    AirtimeAccounts accounts(mode);
    for (const auto& [ue, share] : shares) {
        accounts.Add(ue);
        accounts.SetShare(ue, share);
    }
    return accounts;
}

bool Everybody(std::uint32_t /*ue*/) {
    return true;
}

/// Turns of a millisecond that a member has before another one is next.
int TurnsInARow(AirtimeAccounts& accounts, std::uint32_t ue) {
    int turns = 0;
    while (accounts.Next(Everybody).ue == ue) {
        accounts.Begin(ue);
        accounts.Charge(ue, A_MILLISECOND);
        ++turns;
    }
    return turns;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(airtime_accounts)

BOOST_AUTO_TEST_CASE(gives_turns_by_weight_whatever_they_last) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 1}, {1, 3}});
    std::map<std::uint32_t, double> used_s;
    for (int turn = 0; turn < 4000; ++turn) {
        const std::uint32_t ue = accounts.Next(Everybody).ue.value();
        const auto airtime = ue == 0 ? MilliSeconds(3) : MilliSeconds(1);
        accounts.Begin(ue);
        accounts.Charge(ue, {airtime, airtime});
        used_s[ue] += airtime.GetSeconds();
    }
    BOOST_TEST(used_s[1] / used_s[0] == 3.0, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(gives_what_an_idle_member_has_to_the_others) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 1}, {1, 3}});
    for (int turn = 0; turn < 10; ++turn) {
        BOOST_TEST(accounts.Next([](std::uint32_t ue) { return ue == 0; }).ue.value() == 0U);
        accounts.Begin(0);
        accounts.Charge(0, A_MILLISECOND);
    }
}

BOOST_AUTO_TEST_CASE(who_was_idle_does_not_have_all_of_the_time_for_long_afterwards) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 1}, {1, 1}});
    for (int turn = 0; turn < 1000; ++turn) {
        accounts.Begin(0);
        accounts.Charge(0, A_MILLISECOND);
    }
    const int turns = TurnsInARow(accounts, 1);
    BOOST_TEST(turns > 0);
    BOOST_TEST(turns < 25);
}

BOOST_AUTO_TEST_CASE(a_share_that_has_grown_counts_at_once) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 0.9995}, {1, 0.0005}});
    const auto give_turns = [&accounts](int n) {
        std::map<std::uint32_t, int> turns;
        for (int turn = 0; turn < n; ++turn) {
            const std::uint32_t ue = accounts.Next(Everybody).ue.value();
            accounts.Begin(ue);
            accounts.Charge(ue, A_MILLISECOND);
            ++turns[ue];
        }
        return turns;
    };
    BOOST_TEST(give_turns(500)[1] == 1);
    accounts.SetShare(0, 0.5);
    accounts.SetShare(1, 0.5);
    const int of_the_second = give_turns(20)[1];
    BOOST_TEST(of_the_second >= 9);
    BOOST_TEST(of_the_second <= 11);
}

BOOST_AUTO_TEST_CASE(who_sent_without_a_turn_is_not_left_out_for_as_long) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 0.5}, {1, 0.5}});
    for (int frame = 0; frame < 1000; ++frame) {
        accounts.Charge(0, A_MILLISECOND);
    }
    const int turns = TurnsInARow(accounts, 1);
    BOOST_TEST(turns > 0);
    BOOST_TEST(turns < 25);
}

BOOST_AUTO_TEST_CASE(to_look_who_is_next_changes_nothing) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 1}, {1, 0.01}});
    accounts.Charge(0, {MilliSeconds(15), MilliSeconds(15)});
    accounts.Charge(1, A_MILLISECOND);  // as much as 100 ms of the other's
    accounts.Next([](std::uint32_t ue) { return ue == 1; });
    accounts.Refund(1, A_MILLISECOND);
    BOOST_TEST(accounts.Next(Everybody).ue.value() == 1U);
}

BOOST_AUTO_TEST_CASE(who_has_had_its_quota_waits_also_where_nobody_else_sends) {
    auto accounts = MakeAccounts(Mode::QUOTA, {{0, 0.5}, {1, 0.5}});
    accounts.Charge(0, {MilliSeconds(1), MilliSeconds(10)});
    const auto choice = accounts.Next([](std::uint32_t ue) { return ue == 0; });
    BOOST_TEST(!choice.ue.has_value());
    BOOST_TEST(choice.wait->GetSeconds() == 0.02, boost::test_tools::tolerance(1e-3));
    BOOST_TEST(accounts.Next(Everybody).ue.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_refund_undoes_a_charge) {
    for (const Mode mode : {Mode::WORK_CONSERVING, Mode::QUOTA}) {
        auto accounts = MakeAccounts(mode, {{0, 0.5}, {1, 0.5}});
        accounts.Charge(0, A_MILLISECOND);
        accounts.Refund(0, A_MILLISECOND);
        BOOST_TEST(accounts.Next(Everybody).ue.value() == 0U);
        BOOST_TEST(accounts.Wait(0).IsZero());
    }
}

BOOST_AUTO_TEST_CASE(a_refund_undoes_a_charge_also_after_the_share_has_changed) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 0.1}, {1, 0.5}});
    accounts.Charge(0, A_MILLISECOND);  // 10 ms of virtual time
    accounts.Charge(1, A_MILLISECOND);  // 2 ms
    accounts.SetShare(0, 0.5);
    accounts.Refund(0, A_MILLISECOND);
    BOOST_TEST(accounts.Next(Everybody).ue.value() == 0U);
    accounts.Charge(0, {MilliSeconds(2), MilliSeconds(2)});
    BOOST_TEST(accounts.Next(Everybody).ue.value() == 1U);
}

BOOST_AUTO_TEST_CASE(who_has_no_share_has_no_turn) {
    auto accounts = MakeAccounts(Mode::WORK_CONSERVING, {{0, 0}});
    BOOST_TEST(!accounts.Next(Everybody).ue.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
