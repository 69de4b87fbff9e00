// SPDX-License-Identifier: MIT
#include "declaration.h"

#include "channel-layout.h"
#include "message.h"

// No header of ours shows the library: who compiles a scenario does not need it.
#include <nlohmann/json.hpp>

#include <cmath>
#include <stdexcept>

namespace physical {

namespace {

using Json = nlohmann::ordered_json;

/// As messages show it: 25, not 25.0.
/// @throws std::logic_error if it is not finite: JSON has no such numbers
Json ToNumber(double value) {
    if (!std::isfinite(value)) {
        throw std::logic_error("JSON has no number " + message::Number(value));
    }
    return Json::parse(message::Number(value));
}

/// On one line. What is no UTF-8 becomes the replacement character.
std::string Write(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* DtypeName(Dtype dtype) {
    switch (dtype) {
        case Dtype::UINT8:
            return "uint8";
        case Dtype::INT32:
            return "int32";
        case Dtype::INT64:
            return "int64";
        case Dtype::FLOAT32:
            return "float32";
        case Dtype::FLOAT64:
            return "float64";
    }
    throw std::logic_error("unknown dtype");
}

Json ToJson(const FieldEntry& entry) {
    const FieldSpec& spec = entry.spec;
    Json shape = Json::array();
    Json dims = Json::array();
    for (const Axis& axis : spec.shape) {
        shape.push_back(axis.length);
        dims.push_back(axis.name);
    }
    Json constant;
    for (const double value : spec.constant) {
        constant.push_back(ToNumber(value));
    }
    return {{"name", spec.name},
            {"dtype", DtypeName(entry.dtype)},
            {"shape", shape},
            {"dims", dims},
            {"unit", spec.unit},
            {"low", ToNumber(spec.low)},
            {"high", ToNumber(spec.high)},
            {"missing", spec.missing ? ToNumber(*spec.missing) : Json()},
            {"constant", constant},
            {"labels", spec.labels},
            {"categorical", spec.categorical},
            {"timescale", spec.timescale == Timescale::FRAME ? "frame" : "slot"},
            {"offset", entry.offset},
            {"help", spec.help}};
}

Json ToJson(const Table& table) {
    Json columns = Json::array();
    for (const Column& column : table.Columns()) {
        columns.push_back({{"name", column.name},
                           {"dtype", column.integer ? "int64" : "float64"},
                           {"unit", column.unit},
                           {"labels", column.labels},
                           {"help", column.help}});
    }
    return {{"name", table.Name()}, {"help", table.Help()}, {"columns", columns}};
}

template <class Items>
Json ToArray(const Items& items) {
    Json array = Json::array();
    for (const auto& item : items) {
        array.push_back(ToJson(item));
    }
    return array;
}

}  // namespace

/// Sees what Schema and Settings keep to themselves.
class DeclarationWriter {
  public:
    static Json Of(const Schema& schema) {
        Json refused = Json::array();
        for (const auto& refusal : schema.m_refusals) {
            refused.push_back({{"name", refusal.action}, {"reason", refusal.reason}});
        }
        return {{"scenario", schema.m_scenario},
                {"protocol_version", PROTOCOL_VERSION},
                {"radio", schema.m_radio},
                {"observation_bytes", schema.m_observation_bytes},
                {"action_bytes", schema.m_action_bytes},
                {"reward", {{"unit", schema.m_reward_unit}, {"help", schema.m_reward_help}}},
                {"observations", ToArray(schema.m_observations)},
                {"actions", ToArray(schema.m_actions)},
                {"refused_actions", refused},
                {"tables", ToArray(schema.m_tables)}};
    }

    static Json Of(const Settings& settings) { return Of(settings.m_entries); }

  private:
    static Json Of(const std::vector<Settings::Entry>& entries) {
        Json array = Json::array();
        for (const auto& entry : entries) {
            Json& setting = array.emplace_back(Json{{"name", entry.name}});
            if (const double* real = std::get_if<double>(&entry.initial)) {
                setting["default"] = ToNumber(*real);
            } else {
                std::visit([&](const auto& value) { setting["default"] = value; }, entry.initial);
            }
            setting["type"] = entry.type;
            if (entry.bounds) {
                setting["low"] = ToNumber(entry.bounds->low);
                setting["high"] = ToNumber(entry.bounds->high);
            }
            if (!entry.choices.empty()) {
                setting["choices"] = entry.choices;
            }
            if (!entry.of_item.empty()) {
                setting["of_item"] = Of(entry.of_item);
                for (Json& of_item : setting["of_item"]) {
                    of_item.erase("default");  // what an item leaves out is up to the scenario
                }
            }
            setting["unit"] = entry.unit;
            setting["help"] = entry.help;
        }
        return array;
    }
};

std::string Schema::ToJson() const {
    return Write(DeclarationWriter::Of(*this));
}

std::string Settings::ToJson() const {
    return Write(DeclarationWriter::Of(*this));
}

std::string Describe(const std::string& name,
                     const std::string& summary,
                     const std::string& ns3_version,
                     const Settings& settings,
                     const Schema& schema) {
    return Write({{"name", name},
                  {"summary", summary},
                  {"ns3_version", ns3_version},
                  {"settings", DeclarationWriter::Of(settings)},
                  {"schema", DeclarationWriter::Of(schema)}});
}

}  // namespace physical
