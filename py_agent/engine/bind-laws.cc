// SPDX-License-Identifier: MIT
#include "bind-laws.h"

#include "arrays.h"
#include "laws/elementary.h"
#include "laws/processor-sharing.h"

#include <nanobind/stl/optional.h>

#include <optional>

namespace nb = nanobind;
using namespace nb::literals;

namespace twin {

namespace {

using Numbers = Input<double>;

Output ShareOutOf(const Numbers& need_s,
                  const Numbers& weight,
                  const Numbers& present_s,
                  const Input<std::int32_t>& resource,
                  std::size_t n_resources,
                  double slot_s,
                  const std::optional<Numbers>& quota) {
    const std::size_t n = need_s.size();
    RequireSize(weight, n, "weight");
    RequireSize(present_s, n, "present_s");
    RequireSize(resource, n, "resource");
    if (quota) {
        RequireSize(*quota, n_resources, "quota");
    }
    for (std::size_t i = 0; i < n; ++i) {
        if (resource.data()[i] < 0 || static_cast<std::size_t>(resource.data()[i]) >= n_resources) {
            throw std::invalid_argument("resource: from 0 to n_resources - 1");
        }
    }
    std::vector<double> active(n), rest_s(n_resources), sums(n_resources), offered_s(n);
    ShareOut(n, need_s.data(), weight.data(), present_s.data(), resource.data(), n_resources,
             slot_s, quota ? quota->data() : nullptr, active.data(), rest_s.data(), sums.data(),
             offered_s.data());
    return Fresh(std::move(offered_s), {n});
}

/// Weights scaled so that they add up to 1 over the users of each base station, [n, n_ue].
Output SharesWithinCells(const nb::ndarray<const double, nb::ndim<2>, nb::c_contig>& weights,
                         const nb::ndarray<const std::int32_t, nb::ndim<2>, nb::c_contig>& cells) {
    RequireSize(cells, weights.size(), "serving_bs");
    const std::size_t n = weights.shape(0), n_ue = weights.shape(1);
    std::vector<float> shares(n * n_ue);
    std::vector<double> total;  // of each cell; first of those without one
    for (std::size_t row = 0; row < n; ++row) {
        const double* weight = weights.data() + row * n_ue;
        const std::int32_t* cell = cells.data() + row * n_ue;
        std::fill(total.begin(), total.end(), 0);
        for (std::size_t ue = 0; ue < n_ue; ++ue) {
            const auto at = static_cast<std::size_t>(std::max(cell[ue], -1) + 1);
            if (at >= total.size()) {
                total.resize(at + 1, 0);
            }
            total[at] += weight[ue];
        }
        for (std::size_t ue = 0; ue < n_ue; ++ue) {
            const double sum = total[static_cast<std::size_t>(std::max(cell[ue], -1) + 1)];
            shares[row * n_ue + ue] = sum > 0 ? static_cast<float>(weight[ue] / sum) : 0.f;
        }
    }
    return Fresh(std::move(shares), {n, n_ue});
}

}  // namespace

void BindLaws(nb::module_& module) {
    module.def("share_out", &ShareOutOf, "need_s"_a, "weight"_a, "present_s"_a, "resource"_a,
               "n_resources"_a, "slot_s"_a, "quota"_a.none() = nb::none());
    module.def("log2", [](float x) { return Log2(x); }, "x"_a);
    module.def("exp2", [](float x) { return Exp2(x); }, "x"_a);
    module.def("shares_within_cells", &SharesWithinCells, "weights"_a, "serving_bs"_a);
}

}  // namespace twin
