// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SCHEDULER_TYPES_H
#define PHYSICAL_SCHEDULER_TYPES_H

#include <string>
#include <vector>

namespace physical {

/// The MAC schedulers by the names that settings use: "shares", which is ours, then ns-3's.
std::vector<std::string> SchedulerNames();

/// @return the type of FfMacScheduler behind one of these names, for LteHelper::SetSchedulerType
std::string SchedulerTypeOf(const std::string& name);

/// Whether users can connect under it with RRC messages that use the radio: ns-3's fdtbfq and cqa
/// leave the signalling bearers without a grant.
bool CarriesRealRrc(const std::string& name);

}  // namespace physical

#endif
