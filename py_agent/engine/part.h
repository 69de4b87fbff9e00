// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>

#include <utility>

namespace twin {

/// One part of the parameters, by name.
class Part {
  public:
    explicit Part(const nanobind::dict& values) : m_values(values) {}
    Part(const nanobind::dict& values, const char* name)
        : m_values(nanobind::cast<nanobind::dict>(values[name])) {}

    template <class Value>
    void Read(const char* name, Value& value) const {
        value = nanobind::cast<Value>(m_values[name]);
    }

    template <class Value, class... More>
    void Read(const char* name, Value& value, More&&... more) const {
        Read(name, value);
        Read(std::forward<More>(more)...);
    }

  private:
    nanobind::dict m_values;
};

}  // namespace twin
