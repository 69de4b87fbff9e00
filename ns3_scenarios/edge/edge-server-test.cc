// SPDX-License-Identifier: GPL-2.0-only
#include "edge-server.h"

#include "ns3/simulator.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <vector>

namespace physical {

namespace {

constexpr double CAPACITY_HZ = 1e9;

/// A server of two flows, in a simulation of its own, that notes when jobs are done.
struct Server {
    explicit Server(EdgeServer::Mode mode)
        : server(CAPACITY_HZ, mode, 2, [this](std::size_t /*flow*/, std::int64_t job) {
              done_s[job] = ns3::Simulator::Now().GetSeconds();
          }) {}
    ~Server() { ns3::Simulator::Destroy(); }

    void RunFor(double seconds) {
        ns3::Simulator::Stop(ns3::Seconds(seconds));
        ns3::Simulator::Run();
        server.Advance();
    }

    EdgeServer server;
    std::map<std::int64_t, double> done_s;
};

constexpr auto WORK_CONSERVING = EdgeServer::Mode::WORK_CONSERVING;
constexpr auto QUOTA = EdgeServer::Mode::QUOTA;

}  // namespace

BOOST_AUTO_TEST_SUITE(edge_server)

BOOST_AUTO_TEST_CASE(jobs_of_a_flow_are_served_in_their_order, *boost::unit_test::tolerance(1e-6)) {
    Server edge(WORK_CONSERVING);
    edge.server.SetWeights(std::vector<float>{1, 0});
    edge.server.Submit(0, 7, 2e8);
    edge.server.Submit(0, 8, 1e8);
    edge.RunFor(1);
    BOOST_TEST(edge.done_s[7] == 0.2);
    BOOST_TEST(edge.done_s[8] == 0.3);
    BOOST_TEST(edge.server.ServedCycles() == 3e8);
}

BOOST_AUTO_TEST_CASE(busy_flows_share_by_weight_and_then_take_over,
                     *boost::unit_test::tolerance(1e-6)) {
    Server edge(WORK_CONSERVING);
    edge.server.SetWeights(std::vector<float>{0.25, 0.75});
    edge.server.Submit(0, 1, 1e8);
    edge.server.Submit(1, 2, 1.5e8);
    edge.RunFor(1);
    BOOST_TEST(edge.done_s[2] == 0.2);   // at 0.75 GHz
    BOOST_TEST(edge.done_s[1] == 0.25);  // 0.05 Gcycles at 0.25 GHz, the rest alone
}

BOOST_AUTO_TEST_CASE(the_quota_of_an_idle_flow_is_lost, *boost::unit_test::tolerance(1e-6)) {
    Server edge(QUOTA);
    edge.server.SetWeights(std::vector<float>{0.5, 0.5});
    edge.server.Submit(0, 1, 1e8);
    edge.RunFor(1);
    BOOST_TEST(edge.done_s[1] == 0.2);
}

BOOST_AUTO_TEST_CASE(quotas_that_add_up_to_more_than_one_are_scaled_down,
                     *boost::unit_test::tolerance(1e-6)) {
    Server edge(QUOTA);
    edge.server.SetWeights(std::vector<float>{1, 3});
    edge.server.Submit(0, 1, 1e8);
    edge.RunFor(1);
    BOOST_TEST(edge.done_s[1] == 0.4);
}

BOOST_AUTO_TEST_CASE(weight_zero_waits_until_it_has_some, *boost::unit_test::tolerance(1e-6)) {
    Server edge(WORK_CONSERVING);
    edge.server.Submit(0, 1, 1e8);
    edge.RunFor(1);
    BOOST_TEST(edge.done_s.empty());
    BOOST_TEST(edge.server.HeadCycles(0) == 1e8);
    edge.server.SetWeights(std::vector<float>{1, 0});
    edge.RunFor(1);
    BOOST_TEST(edge.done_s[1] == 1.1);
}

BOOST_AUTO_TEST_CASE(withdrawn_jobs_keep_what_remains_of_them, *boost::unit_test::tolerance(1e-6)) {
    Server edge(WORK_CONSERVING);
    edge.server.SetWeights(std::vector<float>{1, 0});
    edge.server.Submit(0, 1, 3e8);
    edge.server.Submit(0, 2, 1e8);
    edge.RunFor(0.1);
    BOOST_TEST(edge.server.BacklogCycles(0) == 3e8);
    const auto jobs = edge.server.Withdraw(0);
    BOOST_TEST(jobs.size() == 2U);
    BOOST_TEST(jobs[0].remaining_cycles == 2e8);
    BOOST_TEST(jobs[1].remaining_cycles == 1e8);
    BOOST_TEST(edge.server.Jobs(0) == 0U);
    edge.RunFor(1);
    BOOST_TEST(edge.done_s.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
