// SPDX-License-Identifier: MIT
#include "settings.h"

#include "message.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace physical {

namespace {

[[noreturn]] void Reject(const std::string& name,
                         const std::string& text,
                         const std::string& must) {
    throw SettingError("setting " + name + " = " + message::Quote(text) + ": must be " + must);
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
               kind + " from " + message::Number(static_cast<double>(low)) + " to " +
                   message::Number(static_cast<double>(high)));
    }
    return value;
}

/// As in `--help`.
struct Shown {
    std::string operator()(double value) const { return message::Number(value); }
    std::string operator()(std::uint32_t value) const { return std::to_string(value); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& value) const { return message::Quote(value); }
    std::string operator()(const std::vector<Settings::Item>& /* empty */) const { return "[]"; }
};

}  // namespace

void Settings::Real(const std::string& name,
                    double& variable,
                    double low,
                    double high,
                    const std::string& unit,
                    const std::string& help) {
    m_entries.push_back({name,
                         help,
                         unit,
                         "real",
                         variable,
                         Bounds{low, high},
                         {},
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
    const Bounds bounds{static_cast<double>(low), static_cast<double>(high)};
    m_entries.push_back({name,
                         help,
                         unit,
                         "integer",
                         variable,
                         bounds,
                         {},
                         [=, &variable](const std::string& text) {
                             variable = ParseBetween(name, text, low, high, "an integer");
                         }});
}

void Settings::Flag(const std::string& name, bool& variable, const std::string& help) {
    m_entries.push_back(
        {name, help, "1", "flag", variable, {}, {}, [=, &variable](const std::string& text) {
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
    m_entries.push_back(
        {name, help, "1", "choice", variable, {}, choices, [=, &variable](const std::string& text) {
             if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
                 Reject(name, text, "one of " + message::List(choices, message::Quote));
             }
             variable = text;
         }});
}

void Settings::Text(const std::string& name, std::string& variable, const std::string& help) {
    m_entries.push_back(
        {name, help, "1", "text", variable, {}, {}, [&variable](const std::string& text) {
             variable = text;
         }});
}

void Settings::List(const std::string& name,
                    std::vector<Item>& variable,
                    const Settings& of_item,
                    const std::string& help) {
    std::vector<Entry> declared = of_item.m_entries;
    for (Entry& entry : declared) {
        entry.set = nullptr;  // its variable is gone
    }
    m_entries.push_back(
        {name,
         help,
         "1",
         "list",
         std::vector<Item>{},
         {},
         {},
         [=, &variable](const std::string& text) { variable = ReadItems(name, text); },
         std::move(declared)});
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
    throw SettingError("unknown setting " + message::Quote(name) + "; known: " + known);
}

std::string Settings::HelpText() const {
    std::string out;
    for (const Entry& entry : m_entries) {
        const std::string unit = entry.unit == "1" ? "" : " " + entry.unit;
        out += "  --" + entry.name + "  " + entry.help + " [" + std::visit(Shown{}, entry.initial) +
               unit + "]\n";
    }
    return out;
}

}  // namespace physical
