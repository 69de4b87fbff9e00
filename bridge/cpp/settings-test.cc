// SPDX-License-Identifier: MIT
#include "settings.h"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace physical {

namespace {

struct Walk {
    double speed_mps = 1.5;
    std::uint32_t turns = 3;
    bool fast = false;
    std::string model = "waypoint";
    std::string trace;
    Settings settings;

    Walk() {
        settings.Real("walk.speed_mps", speed_mps, 0.1, 30, "m/s", "how fast");
        settings.Integer("walk.turns", turns, 1, 4'000'000'000, "turns", "how many");
        settings.Flag("walk.fast", fast, "in a hurry");
        settings.Choice("model", model, {"waypoint", "static"}, "which way");
        settings.Text("trace", trace, "file");
    }
};

bool Names(const SettingError& error, const std::string& part) {
    return std::string(error.what()).find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(texts_become_values) {
    Walk walk;
    walk.settings.Set("walk.speed_mps", "2e1");
    walk.settings.Set("walk.turns", "4000000000");
    walk.settings.Set("walk.fast", "true");
    walk.settings.Set("model", "static");
    walk.settings.Set("trace", "a=b \"c\"");
    BOOST_TEST(walk.speed_mps == 20);
    BOOST_TEST(walk.turns == 4'000'000'000U);
    BOOST_TEST(walk.fast);
    BOOST_TEST(walk.model == "static");
    BOOST_TEST(walk.trace == "a=b \"c\"");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_or_is_out_of_bounds_is_refused_and_nothing_changes) {
    Walk walk;
    for (const char* text : {"", "fast", "2 ", " 2", "2m", "0.09", "30.5", "nan", "inf", "0x2"}) {
        BOOST_CHECK_THROW(walk.settings.Set("walk.speed_mps", text), SettingError);
    }
    for (const char* text : {"0", "-1", "1.5", "4000000001", "99999999999999999999"}) {
        BOOST_CHECK_THROW(walk.settings.Set("walk.turns", text), SettingError);
    }
    BOOST_CHECK_THROW(walk.settings.Set("walk.fast", "1"), SettingError);
    BOOST_CHECK_THROW(walk.settings.Set("model", "Static"), SettingError);
    BOOST_TEST(walk.speed_mps == 1.5);
    BOOST_TEST(walk.turns == 3U);
    BOOST_TEST(walk.model == "waypoint");
}

BOOST_AUTO_TEST_CASE(an_error_names_setting_value_and_limits) {
    Walk walk;
    BOOST_CHECK_EXCEPTION(
        walk.settings.Set("walk.speed_mps", "31"), SettingError, [](const SettingError& error) {
            return Names(error, "walk.speed_mps = \"31\"") && Names(error, "from 0.1 to 30");
        });
    BOOST_CHECK_EXCEPTION(walk.settings.Set("walk.sped", "1"), SettingError,
                          [](const SettingError& error) {
                              return Names(error, "unknown setting \"walk.sped\"") &&
                                     Names(error, "known: walk.speed_mps, walk.turns");
                          });
}

BOOST_AUTO_TEST_CASE(the_declaration_keeps_the_defaults_when_values_change) {
    Walk walk;
    const std::string before = walk.settings.ToJson();
    walk.settings.Set("walk.speed_mps", "2");
    BOOST_TEST(walk.settings.ToJson() == before);
    BOOST_TEST(before.find(R"({"name":"walk.speed_mps","default":1.5,"type":"real","low":0.1,)"
                           R"("high":30,"unit":"m/s","help":"how fast"})") != std::string::npos);
    BOOST_TEST(walk.settings.Knows("walk.turns"));
    BOOST_TEST(!walk.settings.Knows("turns"));
}

BOOST_AUTO_TEST_CASE(a_list_keeps_what_each_item_gives_and_declares_what_it_may_give) {
    std::vector<Settings::Item> walks;
    Settings settings;
    {
        double speed_mps = 1.5;
        Settings of_item;
        of_item.Real("speed_mps", speed_mps, 0, 30, "m/s", "how fast");
        settings.List("walks", walks, of_item, "of each");
    }
    settings.Set("walks", R"([{"speed_mps": 2.5, "fast": true}, {"trace": "a"}, {}])");
    BOOST_TEST(walks.size() == 3U);
    BOOST_TEST((walks[0] == Settings::Item{{"speed_mps", "2.5"}, {"fast", "true"}}));
    BOOST_TEST((walks[1] == Settings::Item{{"trace", "a"}}));
    BOOST_TEST(walks[2].empty());
    BOOST_TEST(settings.ToJson() ==
               R"([{"name":"walks","default":[],"type":"list","of_item":[{"name":"speed_mps",)"
               R"("type":"real","low":0,"high":30,"unit":"m/s","help":"how fast"}],)"
               R"("unit":"1","help":"of each"}])");
    for (const char* text :
         {"", "3", "{}", "[3]", "[{\"a\": []}]", "[{\"a\": null}]", "[{}", "[{]"}) {
        BOOST_CHECK_EXCEPTION(settings.Set("walks", text), SettingError,
                              [](const SettingError& error) {
                                  return Names(error, "setting walks = ") &&
                                         Names(error, "must be a list of items as JSON");
                              });
        BOOST_TEST(walks.size() == 3U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
