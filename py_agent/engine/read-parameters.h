// SPDX-License-Identifier: MIT
// Parameters from nested dicts, as py_agent.twin.rollout.engine_parameters makes them.
#pragma once

#include "laws/parameters.h"

#include <nanobind/nanobind.h>

namespace twin {

Traffic ReadTraffic(const nanobind::dict& values);

NetworkParameters ReadNetworkParameters(const nanobind::dict& values);

}  // namespace twin
