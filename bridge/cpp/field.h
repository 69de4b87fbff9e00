// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_FIELD_H
#define PHYSICAL_FIELD_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace physical {

enum class Dtype { UINT8, INT32, INT64, FLOAT32, FLOAT64 };

template <class T>
struct DtypeOf;  // undefined for types that cannot cross the bridge
template <>
struct DtypeOf<std::uint8_t> {
    static constexpr Dtype VALUE = Dtype::UINT8;
};
template <>
struct DtypeOf<std::int32_t> {
    static constexpr Dtype VALUE = Dtype::INT32;
};
template <>
struct DtypeOf<std::int64_t> {
    static constexpr Dtype VALUE = Dtype::INT64;
};
template <>
struct DtypeOf<float> {
    static constexpr Dtype VALUE = Dtype::FLOAT32;
};
template <>
struct DtypeOf<double> {
    static constexpr Dtype VALUE = Dtype::FLOAT64;
};

/// How often an action field counts: in every slot, or in the first slot of a frame for all of it.
enum class Timescale { SLOT, FRAME };

/// One dimension of a field: how long it is and what it counts. A bare number is a nameless one.
struct Axis {
    // Not explicit: `{n_ue, 3}` is a shape, too.
    Axis(std::size_t axis_length, std::string axis_name = {})
        : length(axis_length), name(std::move(axis_name)) {}

    std::size_t length;
    std::string name;
};

/// The axis of the users.
inline Axis Ue(std::size_t n_ue) {
    return {n_ue, "ue"};
}
/// The axis of the base stations.
inline Axis Bs(std::size_t n_bs) {
    return {n_bs, "bs"};
}
/// The axis of the coordinates x and y.
inline Axis Xy() {
    return {2, "xy"};
}

/// The one declaration of a quantity that crosses the bridge.
struct FieldSpec {
    std::string name;                      ///< snake_case, with its unit: `rsrp_dbm`
    std::vector<Axis> shape;               ///< e.g. {Ue(n_ue), Bs(n_bs)}
    std::string unit;                      ///< "1" if the quantity has none
    double low;                            ///< smallest value; observations saturate here
    double high;                           ///< largest value; observations saturate here
    std::string help;                      ///< one line, with the source of the definition
    std::vector<std::string> labels = {};  ///< names of the values low, low + 1, …
    bool categorical = false;              ///< integers that name things rather than count them
    Timescale timescale = Timescale::SLOT;
    std::optional<double> missing = {};  ///< stands for "there is none": a cell that is not heard
    /// All elements in C order, of an observation that never changes: agents know it before a run,
    /// and no scenario has to fill it.
    std::vector<double> constant = {};
};

/// A declared field with its place in the shared memory.
struct FieldEntry {
    FieldSpec spec;
    Dtype dtype;
    std::size_t count;                     ///< number of elements
    std::size_t offset;                    ///< bytes from the start of its group
    std::byte* memory = nullptr;           ///< set by Schema::Attach
    std::vector<std::byte> in_force = {};  ///< of a Timescale::FRAME: the frame's value
};

/// The elements of a field in C order. No std::span: programs with an ns-3 before 3.41 are C++17.
template <class T>
class Elements {
  public:
    Elements(T* first, std::size_t count) : m_first(first), m_count(count) {}

    T* begin() const { return m_first; }
    T* end() const { return m_first + m_count; }
    T* data() const { return m_first; }
    std::size_t size() const { return m_count; }
    T& operator[](std::size_t i) const { return m_first[i]; }

  private:
    T* m_first;
    std::size_t m_count;
};

/// Typed access to a declared field: `field(ue)`, `field(ue, bs)`.
template <class T>
class Field {
  public:
    Field() = default;
    explicit Field(FieldEntry* entry) : m_entry(entry) {}

    T& operator()(std::size_t i) const { return Data()[i]; }
    T& operator()(std::size_t i, std::size_t j) const {
        return Data()[i * m_entry->spec.shape[1].length + j];
    }
    Elements<T> All() const { return {Data(), m_entry->count}; }

  private:
    T* Data() const { return reinterpret_cast<T*>(m_entry->memory); }

    FieldEntry* m_entry = nullptr;
};

}  // namespace physical

#endif
