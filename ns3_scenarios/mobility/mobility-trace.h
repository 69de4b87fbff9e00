// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_TRACE_H
#define PHYSICAL_MOBILITY_TRACE_H

#include "area.h"
#include "mobility-settings.h"
#include "mobility-trace-window.h"
#include "presence.h"

#include "ns3/mobility-model.h"
#include "ns3/ptr.h"

#include <cstdint>

namespace physical {

/// Read the trace of the settings, in ns-3 time and the coordinates of the base stations: the users
/// that are on the road while the run lasts. `mobility.trace` names one file or several, with ";"
/// between them, whose users are taken in turn; "origin=x,y" or "origin=auto" beside them says
/// which point of the trace is the origin of the base stations, auto: the middle of where the users
/// of the run go is the middle of the area.
/// @param start_s ns-3 time of the first slot
/// @param end_s ns-3 time at which the run ends
/// @throws SettingError if it cannot be read, or does not fit the run
MobilityTrace ReadMobilityTrace(const MobilitySettings& settings,
                                const Area& area,
                                std::uint32_t n_ue,
                                double start_s,
                                double end_s);

/// A user of a trace is there from its first point to its last one.
Stay StayOf(const TracePath& path, double end_s);

ns3::Ptr<ns3::MobilityModel> MakeTraceMobility(const TracePath& path, double height_m);

}  // namespace physical

#endif
