// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>

namespace twin {

/// Add LTE: its laws in double over flat arrays, and the radio of rollouts.
void BindLte(nanobind::module_& module);

}  // namespace twin
