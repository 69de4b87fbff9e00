// SPDX-License-Identifier: MIT
#include "settings.h"

#include "json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace physical {

namespace {

[[noreturn]] void Reject(const std::string& name,
                         const std::string& text,
                         const std::string& must) {
    throw SettingError("setting " + name + " = " + json::Quote(text) + ": must be " + must);
}

template <class Number>
Number ParseBetween(const std::string& name,
                    const std::string& text,
                    Number low,
                    Number high,
                    const std::string& kind) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !(value >= low && value <= high)) {
        Reject(name, text,
               kind + " from " + json::Number(static_cast<double>(low)) + " to " +
                   json::Number(static_cast<double>(high)));
    }
    return value;
}

template <class Number>
std::string BoundsJson(const std::string& type, Number low, Number high) {
    return "\"type\": \"" + type + "\", \"low\": " + json::Number(static_cast<double>(low)) +
           ", \"high\": " + json::Number(static_cast<double>(high));
}

}  // namespace

void Settings::Real(const std::string& name,
                    double& variable,
                    double low,
                    double high,
                    const std::string& unit,
                    const std::string& help) {
    m_entries.push_back({name, help, unit, json::Number(variable), BoundsJson("real", low, high),
                         [=, &variable](const std::string& text) {
                             variable = ParseBetween(name, text, low, high, "a number");
                         }});
}

void Settings::Integer(const std::string& name,
                       std::uint32_t& variable,
                       std::uint32_t low,
                       std::uint32_t high,
                       const std::string& unit,
                       const std::string& help) {
    m_entries.push_back({name, help, unit, std::to_string(variable),
                         BoundsJson("integer", low, high), [=, &variable](const std::string& text) {
                             variable = ParseBetween(name, text, low, high, "an integer");
                         }});
}

void Settings::Flag(const std::string& name, bool& variable, const std::string& help) {
    m_entries.push_back({name, help, "1", variable ? "true" : "false", "\"type\": \"flag\"",
                         [=, &variable](const std::string& text) {
                             if (text != "true" && text != "false") {
                                 Reject(name, text, "true or false");
                             }
                             variable = text == "true";
                         }});
}

void Settings::Choice(const std::string& name,
                      std::string& variable,
                      const std::vector<std::string>& choices,
                      const std::string& help) {
    const std::string allowed = json::Array(choices, json::Quote);
    m_entries.push_back({name, help, "1", json::Quote(variable),
                         "\"type\": \"choice\", \"choices\": " + allowed,
                         [=, &variable](const std::string& text) {
                             if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
                                 Reject(name, text, "one of " + allowed);
                             }
                             variable = text;
                         }});
}

void Settings::Text(const std::string& name, std::string& variable, const std::string& help) {
    m_entries.push_back({name, help, "1", json::Quote(variable), "\"type\": \"text\"",
                         [&variable](const std::string& text) { variable = text; }});
}

bool Settings::Knows(const std::string& name) const {
    return std::any_of(m_entries.begin(), m_entries.end(),
                       [&](const Entry& entry) { return entry.name == name; });
}

void Settings::Set(const std::string& name, const std::string& text) {
    for (const Entry& entry : m_entries) {
        if (entry.name == name) {
            entry.set(text);
            return;
        }
    }
    std::string known;
    for (const Entry& entry : m_entries) {
        known += (known.empty() ? "" : ", ") + entry.name;
    }
    throw SettingError("unknown setting " + json::Quote(name) + "; known: " + known);
}

std::string Settings::HelpText() const {
    std::string out;
    for (const Entry& entry : m_entries) {
        const std::string unit = entry.unit == "1" ? "" : " " + entry.unit;
        out += "  --" + entry.name + "  " + entry.help + " [" + entry.default_json + unit + "]\n";
    }
    return out;
}

std::string Settings::ToJson() const {
    return json::Array(m_entries, [](const Entry& entry) {
        return "{\"name\": " + json::Quote(entry.name) + ", \"default\": " + entry.default_json +
               ", " + entry.constraint_json + ", \"unit\": " + json::Quote(entry.unit) +
               ", \"help\": " + json::Quote(entry.help) + "}";
    });
}

}  // namespace physical
