// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_TRACE_H
#define PHYSICAL_MOBILITY_TRACE_H

#include "area.h"
#include "mobility-settings.h"

#include "ns3/mobility-model.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// Where a user of a trace is at some time.
struct TracePoint {
    double time_s;
    double x_m;
    double y_m;
};

/// The points of one user, in order of time. Between two of them it moves in a straight line;
/// before the first it waits there, after the last it stays there.
using TracePath = std::vector<TracePoint>;
/// The users of a trace, in the order in which the file first names them.
using MobilityTrace = std::vector<TracePath>;

/// Floating car data of SUMO (`--fcd-output`): a vehicle or person is a user.
/// @throws TextError
MobilityTrace ParseFcdTrace(const std::string& text);

/// Movements for ns-2, as SUMO's traceExporter.py and BonnMotion write them.
/// @throws TextError
MobilityTrace ParseNs2Trace(const std::string& text);

/// Read the trace of the settings, in ns-3 time and the coordinates of the base stations.
/// @param end_s ns-3 time at which the run ends
/// @throws SettingError if it cannot be read, or does not fit the run
MobilityTrace ReadMobilityTrace(const MobilitySettings& settings,
                                const Area& area,
                                std::uint32_t n_ue,
                                double end_s);

ns3::Ptr<ns3::MobilityModel> MakeTraceMobility(const TracePath& path, double height_m);

}  // namespace physical

#endif
