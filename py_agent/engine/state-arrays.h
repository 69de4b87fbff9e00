// SPDX-License-Identifier: MIT
// Parts of the state as NumPy arrays that change with it.
#pragma once

#include "arrays.h"
#include "state.h"

#include <map>
#include <string>
#include <vector>

namespace twin {

using Arrays = std::map<std::string, Output>;

/// Of users, [batch, n_ue].
template <class Value>
Output OfUsers(std::vector<Value>& values, const State& state, nanobind::handle owner) {
    return View(values.data(), {state.batch, state.n_ue},
                {state.n_ue * sizeof(Value), sizeof(Value)}, owner);
}

/// Of links, kept station by station, [batch, n_ue, n_bs].
inline Output OfLinks(std::vector<float>& values, const State& state, nanobind::handle owner) {
    return View(values.data(), {state.batch, state.n_ue, state.n_bs},
                {state.n_ue * sizeof(float), sizeof(float), state.UsersInAll() * sizeof(float)},
                owner);
}

}  // namespace twin
