// SPDX-License-Identifier: GPL-2.0-only
// The wifi scenario: Wi-Fi stations upload inference tasks to the edge server of their access
// point.
#include "edge-scenario.h"
#include "wifi-access.h"

#include "ns3/object.h"

int main(int argc, char** argv) {
    physical::EdgeSettings indoors;
    indoors.layout.site_distance_m = 30;
    indoors.layout.bs_height_m = 5;
    indoors.mobility.speed_min_mps = 0.5;
    indoors.mobility.speed_max_mps = 2;
    physical::EdgeScenario scenario("wifi",
                                    "IEEE 802.11: moving stations upload tasks to edge servers at "
                                    "the access points",
                                    ns3::CreateObject<physical::WifiAccess>(), indoors);
    return physical::RunScenario(scenario, argc, argv);
}
