// SPDX-License-Identifier: GPL-2.0-only
#include "edge-settings.h"

namespace physical {

void EdgeSettings::DeclarePlaces(Settings& settings, bool sectors) {
    settings.Integer("n_ue", n_ue, 1, 300, "users", "number of mobile users");
    settings.Integer("n_bs", n_bs, 1, 64, "cells",
                     "number of base stations, one cell each; layout.sectors of them share a site");
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
                  "processor of each edge server");
    settings.Choice("compute.mode", compute_mode, {"work-conserving", "quota"},
                    "whether the share of an idle user is given to the others");

    retraining.Declare(settings);
}

}  // namespace physical
