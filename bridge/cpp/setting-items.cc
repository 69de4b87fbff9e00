// SPDX-License-Identifier: MIT
#include "message.h"
#include "settings.h"

#include <nlohmann/json.hpp>

namespace physical {

namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void RejectItems(const std::string& name,
                              const std::string& text,
                              const std::string& why) {
    throw SettingError("setting " + name + " = " + message::Quote(text) + ": " + why +
                       R"(; must be a list of items as JSON, e.g. [{"name": 1}, {"name": 2}])");
}

}  // namespace

std::vector<Settings::Item> Settings::ReadItems(const std::string& name, const std::string& text) {
    const Json list = Json::parse(text, nullptr, /* allow_exceptions = */ false);
    if (!list.is_array()) {
        RejectItems(name, text, list.is_discarded() ? "no JSON" : "no list");
    }
    std::vector<Item> items;
    for (const Json& given : list) {
        const std::string where = "item " + std::to_string(items.size());
        if (!given.is_object()) {
            RejectItems(name, text, where + " gives no names and values");
        }
        Item& item = items.emplace_back();
        for (const auto& [key, value] : given.items()) {
            if (value.is_structured() || value.is_null()) {
                RejectItems(name, text, where + " gives no plain value for " + message::Quote(key));
            }
            item.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
        }
    }
    return items;
}

}  // namespace physical
