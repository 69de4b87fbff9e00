// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_EDGE_SETTINGS_H
#define PHYSICAL_EDGE_SETTINGS_H

#include "layout-settings.h"
#include "mobility-settings.h"
#include "presence.h"
#include "retraining-jobs.h"
#include "settings.h"
#include "traffic-settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// What a user can set of edge computing over any access network; the initial values are the
/// defaults.
struct EdgeSettings {
    std::uint32_t n_ue = 20;
    std::uint32_t n_bs = 3;
    LayoutSettings layout;
    MobilitySettings mobility;
    ArrivalSettings arrival;
    TrafficSettings traffic;
    double capacity_hz = 2e9;
    double capacity_spread = 0;
    std::string compute_mode = "work-conserving";
    RetrainingSettings retraining;

    /// Who is there and where. @param sectors base stations can have sector antennas
    void DeclarePlaces(Settings& settings, bool sectors);
    /// What there is to do.
    void DeclareWork(Settings& settings);
    /// Processor of each server: evenly from the smallest, the first, to the largest, the last.
    std::vector<double> CapacitiesHz() const;
};

}  // namespace physical

#endif
