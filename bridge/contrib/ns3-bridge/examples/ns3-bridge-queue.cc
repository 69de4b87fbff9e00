// SPDX-License-Identifier: GPL-2.0-only
// A queue whose rate of service an agent sets ten times a second. Without an agent the rate stays.
//
//   ./ns3 run ns3-bridge-queue
//
//   import ns3_bridge
//   env = ns3_bridge.make(["./ns3", "run", "ns3-bridge-queue"], {"arrivals": 200})
#include "ns3/core-module.h"
#include "ns3/ns3-bridge-module.h"

#include <algorithm>
#include <cmath>
#include <functional>

using namespace ns3;

int main(int argc, char* argv[])
{
    double arrivals = 100;
    double seconds = 10;
    CommandLine cmd(__FILE__);
    cmd.AddValue("arrivals", "customers per second", arrivals);
    cmd.AddValue("seconds", "simulated time", seconds);

    physical::Environment environment("ns3-bridge-queue", "a queue whose service the agent sets");
    environment.Parse(cmd, argc, argv);
    auto waiting =
        environment.Observation<int64_t>({"waiting", {1}, "customers", 0, 1e9, "in the queue"});
    auto rate =
        environment.Action<double>({"service_rate_hz", {1}, "Hz", 1, 1000, "customers per second"});
    environment.DescribeReward("customers", "minus those who wait, and a price of the service");
    environment.Open();

    auto uniform = CreateObject<UniformRandomVariable>();
    auto exponential = [&](double rateHz) {
        return Seconds(-std::log(1 - uniform->GetValue()) / rateHz);
    };
    int64_t queue = 0;
    double serviceRateHz = 120;
    std::function<void()> arrive = [&] {
        ++queue;
        Simulator::Schedule(exponential(arrivals), arrive);
    };
    std::function<void()> serve = [&] {
        queue = std::max<int64_t>(queue - 1, 0);
        Simulator::Schedule(exponential(serviceRateHz), serve);
    };
    Simulator::ScheduleNow(arrive);
    Simulator::ScheduleNow(serve);

    PeriodicDecisionHelper decisions(environment, MilliSeconds(100));
    decisions.Start(
        MilliSeconds(100),
        [&] {
            waiting(0) = queue;
            rate(0) = serviceRateHz;
            environment.AddReward(-static_cast<double>(queue) - serviceRateHz / 100);
        },
        [&] { serviceRateHz = rate(0); });

    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
    waiting(0) = queue;
    environment.Finish();
    Simulator::Destroy();
    return 0;
}
