// SPDX-License-Identifier: GPL-2.0-only
// The cellular scenario: LTE users upload inference tasks to the edge server of their base station.
#include "edge-scenario.h"
#include "lte-access.h"

#include "ns3/object.h"

int main(int argc, char** argv) {
    physical::EdgeScenario scenario("cellular",
                                    "LTE with EPC and X2: moving users upload tasks to edge "
                                    "servers at the base stations",
                                    ns3::CreateObject<physical::LteAccess>());
    return physical::RunScenario(scenario, argc, argv);
}
