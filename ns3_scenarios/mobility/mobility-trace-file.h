// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_TRACE_FILE_H
#define PHYSICAL_MOBILITY_TRACE_FILE_H

#include "mobility-trace-window.h"
#include "text-reader.h"

namespace physical {

/// Floating car data of SUMO (`--fcd-output`) as XML: a vehicle or person is a user. Reads no
/// further than the window needs.
/// @throws TextError; also if the file ends before its root element does
TracePart ReadFcdXml(TextReader& text, const TraceWindow& window);

/// The same as CSV, with or without the prefixes `timestep_`, `vehicle_`, `person_` of its columns.
/// @throws TextError
TracePart ReadFcdCsv(TextReader& text, const TraceWindow& window);

/// Movements for ns-2, as SUMO's traceExporter.py and BonnMotion write them. Nodes never leave:
/// those that move in the window come first, then the others.
/// @throws TextError
TracePart ReadNs2Movement(TextReader& text, const TraceWindow& window);

}  // namespace physical

#endif
