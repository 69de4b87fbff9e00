// SPDX-License-Identifier: GPL-2.0-only
#ifndef OPENGYM_SPACES_H
#define OPENGYM_SPACES_H

#include "opengym-containers.h"

#include "ns3/type-name.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3 {

/// A field that a space becomes: each Box and each Discrete is one.
struct OpenGymField {
    enum class Kind { INT, UINT, FLOAT, DOUBLE, DISCRETE };

    std::string name;
    Kind kind;
    std::vector<uint32_t> shape;
    double low;
    double high;
};

class OpenGymSpace : public Object {
  public:
    static TypeId GetTypeId() {
        static TypeId tid = TypeId("ns3::OpenGymSpace").SetParent<Object>();
        return tid;
    }

    /// Add the fields that this space becomes.
    virtual void Declare(const std::string& name, std::vector<OpenGymField>& fields) const = 0;

    /// The values of this space's fields, as environments take them.
    virtual Ptr<OpenGymDataContainer> Contain(const std::string& name,
                                              const OpenGymValues& values) const = 0;
};

class OpenGymDiscreteSpace : public OpenGymSpace {
  public:
    explicit OpenGymDiscreteSpace(int n = 1) : m_n(n) {}

    int GetN() const { return m_n; }

    void Declare(const std::string& name, std::vector<OpenGymField>& fields) const override {
        fields.push_back({name, OpenGymField::Kind::DISCRETE, {1}, 0, m_n - 1.0});
    }
    Ptr<OpenGymDataContainer> Contain(const std::string& name,
                                      const OpenGymValues& values) const override {
        auto container = CreateObject<OpenGymDiscreteContainer>(static_cast<uint32_t>(m_n));
        container->SetValue(static_cast<uint32_t>(values.at(name)[0]));
        return container;
    }

  private:
    int m_n;
};

class OpenGymBoxSpace : public OpenGymSpace {
  public:
    OpenGymBoxSpace(float low, float high, std::vector<uint32_t> shape, std::string dtype)
        : m_low(low), m_high(high), m_shape(std::move(shape)), m_dtype(std::move(dtype)) {}
    /// With bounds of each element, of which the widest hold for all.
    OpenGymBoxSpace(const std::vector<float>& low,
                    const std::vector<float>& high,
                    std::vector<uint32_t> shape,
                    std::string dtype)
        : OpenGymBoxSpace(*std::min_element(low.begin(), low.end()),
                          *std::max_element(high.begin(), high.end()),
                          std::move(shape),
                          std::move(dtype)) {}

    float GetLow() const { return m_low; }
    float GetHigh() const { return m_high; }
    std::vector<uint32_t> GetShape() const { return m_shape; }

    void Declare(const std::string& name, std::vector<OpenGymField>& fields) const override {
        fields.push_back({name, GetKind(), m_shape, m_low, m_high});
    }
    Ptr<OpenGymDataContainer> Contain(const std::string& name,
                                      const OpenGymValues& values) const override {
        switch (GetKind()) {
            case OpenGymField::Kind::INT:
                return ContainAs<int32_t>(values.at(name));
            case OpenGymField::Kind::UINT:
                return ContainAs<uint32_t>(values.at(name));
            case OpenGymField::Kind::DOUBLE:
                return ContainAs<double>(values.at(name));
            default:
                return ContainAs<float>(values.at(name));
        }
    }

  private:
    /// ns3-gym knows numbers of four kinds: int32_t, uint32_t, float and double.
    OpenGymField::Kind GetKind() const {
        if (m_dtype.compare(0, 4, "uint") == 0) {
            return OpenGymField::Kind::UINT;
        }
        if (m_dtype.compare(0, 3, "int") == 0) {
            return OpenGymField::Kind::INT;
        }
        return m_dtype == "double" ? OpenGymField::Kind::DOUBLE : OpenGymField::Kind::FLOAT;
    }

    template <class T>
    Ptr<OpenGymDataContainer> ContainAs(const std::vector<double>& values) const {
        auto container = CreateObject<OpenGymBoxContainer<T>>(m_shape);
        for (const double value : values) {
            container->AddValue(static_cast<T>(value));
        }
        return container;
    }

    float m_low;
    float m_high;
    std::vector<uint32_t> m_shape;
    std::string m_dtype;
};

class OpenGymTupleSpace : public OpenGymSpace {
  public:
    bool Add(Ptr<OpenGymSpace> part) {
        m_parts.push_back(part);
        return true;
    }
    Ptr<OpenGymSpace> Get(uint32_t i) const { return i < m_parts.size() ? m_parts[i] : nullptr; }

    void Declare(const std::string& name, std::vector<OpenGymField>& fields) const override {
        for (std::size_t i = 0; i < m_parts.size(); ++i) {
            m_parts[i]->Declare(OpenGymPartName(name, std::to_string(i)), fields);
        }
    }
    Ptr<OpenGymDataContainer> Contain(const std::string& name,
                                      const OpenGymValues& values) const override {
        auto container = CreateObject<OpenGymTupleContainer>();
        for (std::size_t i = 0; i < m_parts.size(); ++i) {
            container->Add(m_parts[i]->Contain(OpenGymPartName(name, std::to_string(i)), values));
        }
        return container;
    }

  private:
    std::vector<Ptr<OpenGymSpace>> m_parts;
};

class OpenGymDictSpace : public OpenGymSpace {
  public:
    bool Add(std::string key, Ptr<OpenGymSpace> part) {
        m_parts[key] = part;
        return true;
    }
    Ptr<OpenGymSpace> Get(std::string key) const {
        const auto part = m_parts.find(key);
        return part == m_parts.end() ? nullptr : part->second;
    }

    void Declare(const std::string& name, std::vector<OpenGymField>& fields) const override {
        for (const auto& [key, part] : m_parts) {
            part->Declare(OpenGymPartName(name, key), fields);
        }
    }
    Ptr<OpenGymDataContainer> Contain(const std::string& name,
                                      const OpenGymValues& values) const override {
        auto container = CreateObject<OpenGymDictContainer>();
        for (const auto& [key, part] : m_parts) {
            container->Add(key, part->Contain(OpenGymPartName(name, key), values));
        }
        return container;
    }

  private:
    std::map<std::string, Ptr<OpenGymSpace>> m_parts;
};

}  // namespace ns3

#endif
