// SPDX-License-Identifier: MIT
#include "declaration.h"

#include <boost/test/unit_test.hpp>

namespace physical {

BOOST_AUTO_TEST_SUITE(declaration)

BOOST_AUTO_TEST_CASE(a_description_is_one_line_of_json) {
    bool fast = true;
    Settings settings;
    settings.Flag("fast", fast, "a \"quote\"\nand a line");
    const Schema schema("tiny");
    BOOST_TEST(Describe("tiny", "5° … −1", "3.44", settings, schema) ==
               R"({"name":"tiny","summary":"5° … −1","ns3_version":"3.44","settings":[)"
               R"({"name":"fast","default":true,"type":"flag","unit":"1",)"
               R"("help":"a \"quote\"\nand a line"}],"schema":)" +
                   schema.ToJson() + "}");
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_replaced) {
    BOOST_TEST(Describe("tiny",
                        "Gr\xF6\xDF"
                        "e",
                        "3.44", {}, Schema("tiny"))
                   .find("Gr\uFFFD\uFFFD"
                         "e") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
