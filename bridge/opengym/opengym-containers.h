// SPDX-License-Identifier: GPL-2.0-only
#ifndef OPENGYM_CONTAINERS_H
#define OPENGYM_CONTAINERS_H

#include "ns3/object.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3 {

/// Values by the name of their field; the numbers of ns3-gym, of 32 bits, are exact as doubles.
using OpenGymValues = std::map<std::string, std::vector<double>>;

/// The name of a part: of a Dict its key, of a Tuple its number.
inline std::string OpenGymPartName(const std::string& whole, const std::string& part) {
    return whole + "_" + part;
}

/// Values of a space.
class OpenGymDataContainer : public Object {
  public:
    static TypeId GetTypeId() {
        static TypeId tid = TypeId("ns3::OpenGymDataContainer").SetParent<Object>();
        return tid;
    }

    /// Add all values under the names that the space's fields have.
    virtual void Store(const std::string& name, OpenGymValues& values) const = 0;
};

class OpenGymDiscreteContainer : public OpenGymDataContainer {
  public:
    OpenGymDiscreteContainer() = default;
    explicit OpenGymDiscreteContainer(uint32_t n) : m_n(n) {}

    bool SetValue(uint32_t value) {
        const bool is_in_space = m_n == 0 || value < m_n;
        if (is_in_space) {
            m_value = value;
        }
        return is_in_space;
    }
    uint32_t GetValue() const { return m_value; }

    void Store(const std::string& name, OpenGymValues& values) const override {
        values[name] = {static_cast<double>(m_value)};
    }

  private:
    uint32_t m_n = 0;  ///< 0: not known
    uint32_t m_value = 0;
};

template <typename T = float>
class OpenGymBoxContainer : public OpenGymDataContainer {
  public:
    OpenGymBoxContainer() = default;
    explicit OpenGymBoxContainer(std::vector<uint32_t> shape) : m_shape(std::move(shape)) {}

    bool AddValue(T value) {
        m_data.push_back(value);
        return true;
    }
    T GetValue(uint32_t i) const { return i < m_data.size() ? m_data[i] : T(0); }
    bool SetData(std::vector<T> data) {
        m_data = std::move(data);
        return true;
    }
    std::vector<T> GetData() const { return m_data; }
    std::vector<uint32_t> GetShape() const { return m_shape; }

    void Store(const std::string& name, OpenGymValues& values) const override {
        values[name] = std::vector<double>(m_data.begin(), m_data.end());
    }

  private:
    std::vector<uint32_t> m_shape;
    std::vector<T> m_data;
};

class OpenGymTupleContainer : public OpenGymDataContainer {
  public:
    bool Add(Ptr<OpenGymDataContainer> part) {
        m_parts.push_back(part);
        return true;
    }
    Ptr<OpenGymDataContainer> Get(uint32_t i) const {
        return i < m_parts.size() ? m_parts[i] : nullptr;
    }

    void Store(const std::string& name, OpenGymValues& values) const override {
        for (std::size_t i = 0; i < m_parts.size(); ++i) {
            m_parts[i]->Store(OpenGymPartName(name, std::to_string(i)), values);
        }
    }

  private:
    std::vector<Ptr<OpenGymDataContainer>> m_parts;
};

class OpenGymDictContainer : public OpenGymDataContainer {
  public:
    bool Add(std::string key, Ptr<OpenGymDataContainer> part) {
        m_parts[key] = part;
        return true;
    }
    Ptr<OpenGymDataContainer> Get(std::string key) const {
        const auto part = m_parts.find(key);
        return part == m_parts.end() ? nullptr : part->second;
    }

    void Store(const std::string& name, OpenGymValues& values) const override {
        for (const auto& [key, part] : m_parts) {
            part->Store(OpenGymPartName(name, key), values);
        }
    }

  private:
    std::map<std::string, Ptr<OpenGymDataContainer>> m_parts;
};

}  // namespace ns3

#endif
