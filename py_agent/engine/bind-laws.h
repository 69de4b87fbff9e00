// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>

namespace twin {

/// Add the laws, in double, over flat arrays.
void BindLaws(nanobind::module_& module);

}  // namespace twin
