// SPDX-License-Identifier: GPL-2.0-only
// One access point of IEEE 802.11ax and its stations: the agent chooses the MCS of every frame, or
// says which of ns-3's rate controls does.
#include "environment.h"
#include "exit-status.h"
#include "links.h"
#include "rate-control-settings.h"
#include "rate-network.h"

#include "ns3/nstime.h"
#include "ns3/simulator.h"

#include <utility>

int main(int argc, char** argv) {
    return physical::ExitStatusOf([&] {
        physical::Settings declared;
        physical::RateControlSettings settings;
        settings.Declare(declared);
        physical::Environment environment("rate-control",
                                          "the MCS of each frame of IEEE 802.11ax stations");
        environment.Parse(declared, argc, argv,
                          [&] { physical::RateNetwork::SetNs3Defaults(settings); });
        settings.Check();
        physical::Mobility mobility = physical::RateNetwork::MobilityOf(settings);
        physical::Links links(environment, settings);
        physical::RateNetwork* network = nullptr;
        environment.OnReseed([&] { network->AssignStreams(); });
        environment.Open();
        physical::RateNetwork built(settings, std::move(mobility), links);
        network = &built;
        ns3::Simulator::Stop(ns3::Seconds(settings.warmup_s + settings.duration_s));
        ns3::Simulator::Run();
        links.Finish();
        environment.Finish();
        ns3::Simulator::Destroy();
    });
}
