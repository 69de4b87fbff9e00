// SPDX-License-Identifier: GPL-2.0-only
#include "edge-settings.h"

namespace physical {

void EdgeSettings::DeclarePlaces(Settings& settings, bool sectors) {
    settings.Integer("n_ue", n_ue, 1, 300, "users", "number of mobile users");
    settings.Integer("n_bs", n_bs, 1, 64, "cells", "number of base stations, one cell each");
    layout.Declare(settings);
    if (sectors) {
        layout.DeclareSectors(settings);
    }
    mobility.Declare(settings);
    arrival.Declare(settings);
}

void EdgeSettings::DeclareWork(Settings& settings) {
    traffic.Declare(settings);

    settings.Real("compute.capacity_hz", capacity_hz, 1, 1e15, "cycles/s",
                  "processor of each edge server, on average");
    settings.Real("compute.capacity_spread", capacity_spread, 0, 0.99, "1",
                  "edge servers differ: the first one has less by this part of the average, the"
                  " last one more, those between lie evenly");
    settings.Choice("compute.mode", compute_mode, {"work-conserving", "quota"},
                    "whether the share of an idle user is given to the others");

    retraining.Declare(settings);
}

std::vector<double> EdgeSettings::CapacitiesHz() const {
    std::vector<double> capacities_hz(n_bs, capacity_hz);
    for (std::uint32_t bs = 0; bs < n_bs && n_bs > 1; ++bs) {
        const double place = 2.0 * bs / (n_bs - 1) - 1;
        capacities_hz[bs] = capacity_hz * (1 + capacity_spread * place);
    }
    return capacities_hz;
}

}  // namespace physical
