// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include "message.h"
#include "settings.h"

#include "ns3/log.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <vector>

namespace physical {

namespace {

/// Names as in NS_LOG (ns-3 manual, Logging): a level alone, or that and all that are graver.
const std::map<std::string, std::uint32_t> LEVELS{
    {"error", ns3::LOG_ERROR},
    {"warn", ns3::LOG_WARN},
    {"info", ns3::LOG_INFO},
    {"function", ns3::LOG_FUNCTION},
    {"logic", ns3::LOG_LOGIC},
    {"debug", ns3::LOG_DEBUG},
    {"all", ns3::LOG_ALL},
    {"level_error", ns3::LOG_LEVEL_ERROR},
    {"level_warn", ns3::LOG_LEVEL_WARN},
    {"level_info", ns3::LOG_LEVEL_INFO},
    {"level_function", ns3::LOG_LEVEL_FUNCTION},
    {"level_logic", ns3::LOG_LEVEL_LOGIC},
    {"level_debug", ns3::LOG_LEVEL_DEBUG},
    {"level_all", ns3::LOG_LEVEL_ALL},
    {"prefix_func", ns3::LOG_PREFIX_FUNC},
    {"prefix_time", ns3::LOG_PREFIX_TIME},
    {"prefix_node", ns3::LOG_PREFIX_NODE},
    {"prefix_level", ns3::LOG_PREFIX_LEVEL},
    {"prefix_all", ns3::LOG_PREFIX_ALL},
    {"func", ns3::LOG_PREFIX_FUNC},
    {"time", ns3::LOG_PREFIX_TIME},
    {"node", ns3::LOG_PREFIX_NODE},
    {"level", ns3::LOG_PREFIX_LEVEL},
    {"*", ns3::LOG_LEVEL_ALL},
    {"**", ns3::LOG_LEVEL_ALL | ns3::LOG_PREFIX_ALL},
};

std::vector<std::string> Split(const std::string& text, const std::string& separators) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// How many characters two names share from the left, whatever their case.
std::size_t CommonPrefix(const std::string& a, const std::string& b) {
    const auto same = [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    };
    return static_cast<std::size_t>(
        std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same).first - a.begin());
}

std::string NearestTo(const std::string& name) {
    std::vector<std::string> nearest;
    std::size_t longest = 1;
    for (const auto& [known, component] : *ns3::LogComponent::GetComponentList()) {
        const std::size_t common = CommonPrefix(name, known);
        if (common > longest) {
            nearest.clear();
            longest = common;
        }
        if (common == longest) {
            nearest.push_back(known);
        }
    }
    std::sort(nearest.begin(), nearest.end());
    return message::List(nearest, message::Quote);
}

std::uint32_t ParseLevels(const std::string& entry, const std::string& levels) {
    std::uint32_t mask = 0;
    for (const std::string& level : Split(levels, "|")) {
        const auto known = LEVELS.find(level);
        if (known == LEVELS.end()) {
            throw SettingError(
                "log " + message::Quote(entry) + ": unknown level " + message::Quote(level) +
                "; known: " + message::List(LEVELS, [](const auto& one) { return one.first; }));
        }
        mask |= known->second;
    }
    return mask;
}

}  // namespace

void EnableLog(const std::string& text) {
    auto& components = *ns3::LogComponent::GetComponentList();
    if (components.empty()) {
        throw SettingError("log " + message::Quote(text) + ": this ns-3 is built without logging");
    }
    for (const std::string& entry : Split(text, ":,")) {
        const std::size_t equals = entry.find('=');
        const std::string name = entry.substr(0, equals);
        std::uint32_t levels = equals == std::string::npos
                                   ? ns3::LOG_LEVEL_ALL
                                   : ParseLevels(entry, entry.substr(equals + 1));
        if ((levels & ns3::LOG_PREFIX_ALL) == 0) {
            levels |= ns3::LOG_PREFIX_ALL;
        }
        if (name != "*" && components.count(name) == 0) {
            throw SettingError("log " + message::Quote(entry) + ": ns-3 has no log component " +
                               message::Quote(name) + " here; nearest: " + NearestTo(name));
        }
        for (auto& [known, component] : components) {
            if (name == "*" || name == known) {
                component->Enable(static_cast<ns3::LogLevel>(levels));
            }
        }
    }
}

}  // namespace physical
