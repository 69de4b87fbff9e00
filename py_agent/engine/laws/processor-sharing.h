// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

namespace twin {

/// How the flows of some resources (cells' bands, servers) divide a slot: processor sharing by
/// weight.
///
/// Work-conserving: what one cannot use goes to the others (Parekh and Gallager 1993; by water
/// filling, of which the few per cent after two rounds are lost). Quota: a flow has its part of the
/// sum of all members' weights, if that is above 1, and nobody gets what it does not use.
///
/// n: flows.
/// need_s: time that the whole resource needs for all that a flow has.
/// weight: of each flow, not negative.
/// present_s: part of the slot in which a flow has something and can be served.
/// resource: what it shares, below n_resources.
/// quota: sums of the weights of all members of each resource; null: work-conserving.
/// active, rest_s, sums: room for n, n_resources and n_resources numbers.
/// offered_s: written: time that each flow would have had, had it enough to do; what it has is the
///     smaller of this and need_s.
template <class Real>
void ShareOut(std::size_t n,
              const Real* need_s,
              const Real* weight,
              const Real* present_s,
              const int* resource,
              std::size_t n_resources,
              Real slot_s,
              const Real* quota,
              Real* active,
              Real* rest_s,
              Real* sums,
              Real* offered_s) {
    if (quota != nullptr) {
        for (std::size_t i = 0; i < n; ++i) {
            offered_s[i] = present_s[i] * weight[i] / std::max(quota[resource[i]], Real(1));
        }
        return;
    }
    const auto divide = [&] {
        for (std::size_t k = 0; k < n_resources; ++k) {
            rest_s[k] /= std::max(sums[k], Real(1e-30));
        }
    };
    std::fill_n(sums, n_resources, Real(0));
    std::fill_n(rest_s, n_resources, slot_s);
    for (std::size_t i = 0; i < n; ++i) {
        active[i] = weight[i] * present_s[i];
        sums[resource[i]] += active[i];
    }
    divide();
    for (std::size_t i = 0; i < n; ++i) {
        offered_s[i] = std::min(active[i] * rest_s[resource[i]], present_s[i]);
    }
    constexpr Real STILL[]{0, 1};  // a table, for a branch would mostly be foreseen wrongly
    // The second round: what some cannot use is given to the others.
    std::fill_n(sums, n_resources, Real(0));
    std::fill_n(rest_s, n_resources, slot_s);
    for (std::size_t i = 0; i < n; ++i) {
        const Real limit_s = std::min(need_s[i], present_s[i]);
        rest_s[resource[i]] -= std::min(offered_s[i], limit_s);
        active[i] *= STILL[offered_s[i] < limit_s];
        sums[resource[i]] += active[i];
    }
    divide();
    for (std::size_t i = 0; i < n; ++i) {
        offered_s[i] = std::min(offered_s[i] + active[i] * rest_s[resource[i]], present_s[i]);
    }
}

}  // namespace twin
