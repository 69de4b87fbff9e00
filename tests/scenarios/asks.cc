// SPDX-License-Identifier: GPL-2.0-only
// Nothing but questions: asker i asks every i + 1 seconds, and does one thing wrong if told to.
// With the fault "now", which is none, asker 0 does not wait for the others of its instant.
#include "askers.h"
#include "environment.h"
#include "exit-status.h"

#include "ns3/core-module.h"

#include <unistd.h>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Toy {
    physical::Askers askers;
    physical::Field<double> value;  ///< decided last, of each
    physical::Field<double> decided;
    std::string fault;

    void Ask(std::size_t asker) {
        if (fault == "nan") {
            value(asker) = std::nan("");
        }
        decided(asker) = -1;
        const char* reason = fault == "reason" ? "no such" : "tick";
        if (fault == "now" && asker == 0) {
            if (askers.AskNow(asker, reason)) {
                value(asker) = decided(asker);
            }
        } else {
            askers.Ask(asker, reason, [this, asker] { value(asker) = decided(asker); });
        }
        if (fault == "throws" && ns3::Simulator::Now() > ns3::Seconds(1.5)) {
            throw std::runtime_error("thrown in an event");
        }
        if (fault == "twice") {
            askers.Ask(asker, "tick", [] {});
        }
        ns3::Simulator::Schedule(ns3::Seconds(asker + 1.0), &Toy::Ask, this, asker);
    }
};

void Run(int argc, char** argv) {
    std::uint32_t n = 3;
    double seconds = 6.5;
    bool ends = false;
    std::string fault = "none";
    ns3::CommandLine command_line;
    command_line.AddValue("n", "how many ask:\none or more,\n\nof each a question", n);
    command_line.AddValue("seconds", "simulated time", seconds);
    command_line.AddValue("ends", "in an end state", ends);
    command_line.AddValue("fault", "what is done wrong", fault);

    physical::Environment environment("asks", "questions alone");
    environment.Parse(command_line, argc, argv);
    Toy toy{physical::Askers(environment, "asker", n, {"tick"}),
            environment.Observation<double>(
                {"value", {physical::Axis(n, "asker")}, "1", -1, 100, "decided last"}),
            environment.Action<double>(
                {"decided", {physical::Axis(n, "asker")}, "1", -1, 100, "of those who ask"}),
            fault};
    if (fault == "schema" && std::getenv("NS3_TWIN_CHANNEL_FD")) {
        environment.Observation<double>({"other", {1}, "1", 0, 1, "declared to agents alone"});
    }
    if (fault == "mute") {
        pause();
    }
    if (fault == "prints") {
        std::cout << "{this is no description}\nnor this" << std::endl;
    }
    environment.OnReseed([] {});
    environment.Open();
    if (fault == "late") {
        environment.Observation<double>({"late", {1}, "1", 0, 1, "declared too late"});
    }
    if (fault != "never") {
        for (std::size_t asker = 0; asker < n; ++asker) {
            ns3::Simulator::Schedule(ns3::Seconds(asker + 1.0), &Toy::Ask, &toy, asker);
        }
    }
    ns3::Simulator::Schedule(ns3::Seconds(seconds), [&] {
        environment.AddReward(n);
        if (fault == "leaves") {
            std::_Exit(0);
        }
        if (fault == "blocks") {
            pause();
        }
        if (fault == "prints") {
            std::cout << "a line of its own" << std::endl;
        }
        ns3::Simulator::Stop();
    });
    ns3::Simulator::Run();
    environment.Finish(ends);
    ns3::Simulator::Destroy();
}

}  // namespace

int main(int argc, char** argv) {
    return physical::ExitStatusOf([&] { Run(argc, argv); });
}
