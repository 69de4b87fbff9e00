// SPDX-License-Identifier: MIT
// NumPy arrays over memory of C++ objects, and the other way round.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace twin {

template <class Value>
using Input = nanobind::ndarray<const Value, nanobind::c_contig, nanobind::device::cpu>;

using Output = nanobind::ndarray<nanobind::numpy>;

/// A view of values that belong to `owner`; strides are in bytes.
template <class Value>
Output View(Value* first,
            const std::vector<std::size_t>& shape,
            const std::vector<std::size_t>& strides,
            nanobind::handle owner) {
    std::vector<std::int64_t> steps;
    for (const std::size_t stride : strides) {
        steps.push_back(static_cast<std::int64_t>(stride / sizeof(Value)));
    }
    return Output(first, shape.size(), shape.data(), owner, steps.data(), nanobind::dtype<Value>());
}

/// A fresh array; `values` is taken over.
template <class Value>
Output Fresh(std::vector<Value>&& values, const std::vector<std::size_t>& shape) {
    auto* kept = new std::vector<Value>(std::move(values));
    nanobind::capsule owner(
        kept, [](void* data) noexcept { delete static_cast<std::vector<Value>*>(data); });
    return Output(kept->data(), shape.size(), shape.data(), owner, nullptr,
                  nanobind::dtype<Value>());
}

/// Make sure that an array holds as many numbers as are needed.
template <class Array>
void RequireSize(const Array& array, std::size_t n, const char* name) {
    if (array.size() != n) {
        throw std::invalid_argument(std::string(name) + " has " + std::to_string(array.size()) +
                                    " numbers, but " + std::to_string(n) + " are needed");
    }
}

}  // namespace twin
