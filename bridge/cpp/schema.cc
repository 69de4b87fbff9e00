// SPDX-License-Identifier: MIT
#include "schema.h"

#include "message.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <sstream>
#include <stdexcept>
#include <type_traits>

namespace physical {

namespace {

constexpr std::size_t ALIGNMENT = 64;

std::size_t DtypeBytes(Dtype dtype) {
    switch (dtype) {
        case Dtype::UINT8:
            return 1;
        case Dtype::INT32:
        case Dtype::FLOAT32:
            return 4;
        case Dtype::INT64:
        case Dtype::FLOAT64:
            return 8;
    }
    throw std::logic_error("unknown dtype");
}

/// Call @p visitor with the elements of @p entry as a typed span.
template <class Visitor>
auto VisitElements(const FieldEntry& entry, Visitor&& visitor) {
    auto typed = [&]<class T>(T*) {
        return visitor(std::span<T>(reinterpret_cast<T*>(entry.memory), entry.count));
    };
    switch (entry.dtype) {
        case Dtype::UINT8:
            return typed(static_cast<std::uint8_t*>(nullptr));
        case Dtype::INT32:
            return typed(static_cast<std::int32_t*>(nullptr));
        case Dtype::INT64:
            return typed(static_cast<std::int64_t*>(nullptr));
        case Dtype::FLOAT32:
            return typed(static_cast<float*>(nullptr));
        case Dtype::FLOAT64:
            return typed(static_cast<double*>(nullptr));
    }
    throw std::logic_error("unknown dtype");
}

struct Within {
    double low;
    double high;

    template <class T>
    bool operator()(T value) const {
        return value >= low && value <= high;  // not so for NaN
    }
};

/// Without an early exit, so that the compiler takes several elements at once: this runs each slot.
template <class T, class Condition>
bool AllOf(std::span<const T> elements, const Condition& condition) {
    bool all = true;
    for (const T element : elements) {
        all &= condition(element);
    }
    return all;
}

/// `[3, 1]`: the position of a flat index in a field's shape.
std::string IndexText(const FieldEntry& entry, std::size_t flat) {
    std::vector<std::size_t> index(entry.spec.shape.size());
    for (std::size_t axis = index.size(); axis-- > 0;) {
        index[axis] = flat % entry.spec.shape[axis].length;
        flat /= entry.spec.shape[axis].length;
    }
    return message::List(index, [](std::size_t i) { return std::to_string(i); });
}

/// Elements are cut to the bounds, as numbers of their own kind.
void CheckBounds(const FieldSpec& spec, Dtype dtype) {
    auto check = [&spec]<class T>(T) {
        // An integer's largest value may be rounded up, out of its range.
        const double lowest = static_cast<double>(std::numeric_limits<T>::lowest());
        const double largest = static_cast<double>(std::numeric_limits<T>::max());
        const bool is_rounded = std::is_same_v<T, std::int64_t>;
        if (spec.low < lowest || (is_rounded ? spec.high >= largest : spec.high > largest)) {
            throw std::logic_error("field " + spec.name + ": its bounds, [" +
                                   message::Number(spec.low) + ", " + message::Number(spec.high) +
                                   "], are beyond what its type can hold");
        }
    };
    switch (dtype) {
        case Dtype::UINT8:
            return check(std::uint8_t());
        case Dtype::INT32:
            return check(std::int32_t());
        case Dtype::INT64:
            return check(std::int64_t());
        case Dtype::FLOAT32:
            return check(float());
        case Dtype::FLOAT64:
            return;
    }
}

/// Saturation must leave declared values as they are.
void CheckValues(const FieldSpec& spec, const char* what, const std::vector<double>& values) {
    for (const double value : values) {
        if (!(value >= spec.low && value <= spec.high)) {
            throw std::logic_error("field " + spec.name + ": its " + what + " value " +
                                   message::Number(value) + " is outside [" +
                                   message::Number(spec.low) + ", " + message::Number(spec.high) +
                                   "]");
        }
    }
}

}  // namespace

FieldEntry& Schema::Declare(std::deque<FieldEntry>& group,
                            std::size_t& group_bytes,
                            FieldSpec spec,
                            Dtype dtype) {
    if (!std::isfinite(spec.low) || !std::isfinite(spec.high) || spec.low > spec.high) {
        throw std::logic_error("field " + spec.name + ": bounds must be finite, low ≤ high");
    }
    CheckBounds(spec, dtype);
    CheckValues(spec, "missing", spec.missing ? std::vector{*spec.missing} : std::vector<double>{});
    CheckValues(spec, "constant", spec.constant);
    for (const FieldEntry& other : group) {
        if (other.spec.name == spec.name) {
            throw std::logic_error("field " + spec.name + " is declared twice");
        }
    }
    std::size_t count = 1;
    for (const Axis& axis : spec.shape) {
        count *= axis.length;
        CheckAxis(spec, axis);
    }
    if (!spec.constant.empty() && spec.constant.size() != count) {
        throw std::logic_error("field " + spec.name + ": " + std::to_string(spec.constant.size()) +
                               " constant values for " + std::to_string(count) + " elements");
    }
    const std::size_t offset = group_bytes;
    const std::size_t bytes = count * DtypeBytes(dtype);
    group_bytes += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return group.emplace_back(FieldEntry{std::move(spec), dtype, count, offset});
}

void Schema::CheckAxis(const FieldSpec& spec, const Axis& axis) {
    if (axis.name.empty()) {
        return;
    }
    const auto known = std::ranges::find(m_axes, axis.name, &Axis::name);
    if (known == m_axes.end()) {
        m_axes.push_back(axis);
    } else if (known->length != axis.length) {
        throw std::logic_error("field " + spec.name + ": axis " + axis.name + " has length " +
                               std::to_string(axis.length) + ", elsewhere " +
                               std::to_string(known->length));
    }
}

void Schema::Refuse(const std::string& action, const std::string& reason) {
    m_refusals.push_back({action, reason});
}

Table& Schema::AddTable(std::string name, std::string help, std::vector<Column> columns) {
    return m_tables.emplace_back(std::move(name), std::move(help), std::move(columns));
}

void Schema::DescribeReward(std::string unit, std::string help) {
    m_reward_unit = std::move(unit);
    m_reward_help = std::move(help);
}

void Schema::Attach(std::byte* observations, std::byte* actions) {
    for (FieldEntry& entry : m_observations) {
        entry.memory = observations + entry.offset;
        VisitElements(entry, [&]<class T>(std::span<T> elements) {
            for (std::size_t i = 0; i < entry.spec.constant.size(); ++i) {
                elements[i] = static_cast<T>(entry.spec.constant[i]);
            }
        });
    }
    for (FieldEntry& entry : m_actions) {
        entry.memory = actions + entry.offset;
    }
}

void Schema::SaturateObservations() {
    for (const FieldEntry& entry : m_observations) {
        VisitElements(entry, [&]<class T>(std::span<T> elements) {
            const T low = static_cast<T>(entry.spec.low);
            const T high = static_cast<T>(entry.spec.high);
            bool finite = true;
            for (T& element : elements) {
                finite &= (element == element);
                element = std::clamp(element, low, high);
            }
            if (!finite) {
                const auto bad = std::find_if(elements.begin(), elements.end(),
                                              [](T element) { return element != element; });
                const std::size_t flat = static_cast<std::size_t>(bad - elements.begin());
                throw std::runtime_error("observation " + entry.spec.name + IndexText(entry, flat) +
                                         " is NaN");
            }
        });
    }
}

void Schema::MarkMissing(const std::string& axis, std::size_t index) {
    for (const FieldEntry& entry : m_observations) {
        if (!entry.spec.missing || entry.spec.shape.empty() ||
            entry.spec.shape.front().name != axis) {
            continue;
        }
        VisitElements(entry, [&]<class T>(std::span<T> elements) {
            const std::size_t each = elements.size() / entry.spec.shape.front().length;
            std::ranges::fill(elements.subspan(index * each, each),
                              static_cast<T>(*entry.spec.missing));
        });
    }
}

void Schema::KeepFrameActions(bool starts_frame) {
    for (FieldEntry& entry : m_actions) {
        if (entry.spec.timescale != Timescale::FRAME) {
            continue;
        }
        if (starts_frame) {
            entry.in_force.assign(entry.memory,
                                  entry.memory + entry.count * DtypeBytes(entry.dtype));
        } else {
            std::ranges::copy(entry.in_force, entry.memory);
        }
    }
}

std::optional<std::string> Schema::FindInvalidAction() const {
    for (const FieldEntry& entry : m_actions) {
        auto wrong =
            VisitElements(entry, [&]<class T>(std::span<T> elements) -> std::optional<std::string> {
                // As an element has them: 0.1f is a little more than 0.1.
                constexpr bool is_float = std::is_same_v<T, float>;
                const auto bound = [](double value) {
                    return is_float ? static_cast<double>(static_cast<float>(value)) : value;
                };
                const Within within{bound(entry.spec.low), bound(entry.spec.high)};
                if (AllOf(std::span<const T>(elements), within)) {
                    return std::nullopt;
                }
                const auto first = std::ranges::find_if_not(elements, within);
                if (first == elements.end()) {  // the agent writes while we read
                    return std::nullopt;
                }
                std::ostringstream out;
                out << entry.spec.name << IndexText(entry, first - elements.begin()) << " = "
                    << static_cast<double>(*first) << " is outside [" << within.low << ", "
                    << within.high << "]";
                return out.str();
            });
        if (wrong) {
            return wrong;
        }
    }
    return std::nullopt;
}

}  // namespace physical
