// SPDX-License-Identifier: GPL-2.0-only
#include "traffic-class.h"

#include "message.h"

#include <algorithm>

namespace physical {

namespace {

bool IsWord(const std::string& name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && name[0] >= 'a' && std::ranges::all_of(name, fits);
}

TrafficClass ReadClass(const TrafficSettings& settings, const Settings::Item& given) {
    TrafficClass read;
    read.law = settings;
    read.law.classes.clear();
    Settings of_item;
    read.Declare(of_item);
    for (const auto& [name, text] : given) {
        of_item.Set(name, text);
    }
    if (read.size_bit > 0) {
        for (const auto& [name, text] : given) {
            if (name.starts_with("size_") && name != "size_bit") {
                throw SettingError("setting " + name + " = " + message::Quote(text) +
                                   ": must be left out, because size_bit is the size of all tasks");
            }
        }
        read.law.size_model = "uniform";
        read.law.size_min_bit = read.law.size_max_bit = read.size_bit;
    }
    read.law.Check();
    return read;
}

}  // namespace

void TrafficClass::Declare(Settings& settings) {
    settings.Text("name", name, "of the class, class_0 and so on if it is left out");
    settings.Integer("users", n_ue, 1, 10'000, "users", "how many, 1 if it is left out");
    law.DeclareLaw(settings, "", {"on-off", "poisson", "periodic"});
    settings.Real("size_bit", size_bit, 8, 1e8, "bit", "size of all tasks, instead of a law");
}

std::vector<TrafficClass> TrafficClasses(const TrafficSettings& settings, std::uint32_t n_ue) {
    settings.Check();
    std::vector<TrafficClass> classes;
    if (settings.classes.empty()) {
        classes.emplace_back();
        classes.back().n_ue = n_ue;
        classes.back().law = settings;
        return classes;
    }
    if (settings.model == "trace") {
        throw SettingError(
            "setting traffic.classes: must be empty with traffic.model = trace, which says of each "
            "user what it sends");
    }
    std::uint64_t users = 0;
    for (const Settings::Item& given : settings.classes) {
        const std::string number = std::to_string(classes.size());
        try {
            TrafficClass read = ReadClass(settings, given);
            if (read.name.empty()) {
                read.name = "class_" + number;
            }
            const bool taken =
                std::ranges::find(classes, read.name, &TrafficClass::name) != classes.end();
            if (taken || !IsWord(read.name)) {
                throw SettingError("setting name = " + message::Quote(read.name) + ": must be " +
                                   (taken ? "another one than that of a class before"
                                          : "a word of a-z, 0-9 and _, beginning with a letter"));
            }
            users += read.n_ue;
            classes.push_back(std::move(read));
        } catch (const SettingError& error) {
            throw SettingError("setting traffic.classes: class " + number + ": " + error.what());
        }
    }
    if (users != n_ue) {
        throw SettingError("setting traffic.classes: has " + std::to_string(users) +
                           " users, must have n_ue = " + std::to_string(n_ue));
    }
    return classes;
}

}  // namespace physical
