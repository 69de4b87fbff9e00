// SPDX-License-Identifier: MIT
#include "json.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <limits>
#include <vector>

namespace physical {

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(quotes_what_json_does_not_take_as_it_is) {
    BOOST_TEST(json::Quote("a \"b\" \\ c") == R"("a \"b\" \\ c")");
    BOOST_TEST(json::Quote("line\nend\t\x01") == R"("line\u000aend\u0009\u0001")");
    BOOST_TEST(json::Quote("5° … −1") == "\"5° … −1\"");  // UTF-8 passes
}

BOOST_AUTO_TEST_CASE(numbers_read_back_as_the_same_number) {
    for (const double value : {0.0, -140.0, 0.1, 1.0 / 3, 1e15, 5e-324, 1.7976931348623157e308}) {
        BOOST_TEST(std::strtod(json::Number(value).c_str(), nullptr) == value);
    }
    BOOST_TEST(json::Number(25) == "25");
    BOOST_TEST(json::Number(0.02) == "0.02");
}

BOOST_AUTO_TEST_CASE(refuses_numbers_that_json_cannot_write) {
    BOOST_CHECK_THROW(json::Number(std::numeric_limits<double>::infinity()), std::logic_error);
    BOOST_CHECK_THROW(json::Number(std::numeric_limits<double>::quiet_NaN()), std::logic_error);
}

BOOST_AUTO_TEST_CASE(arrays_have_commas_between_their_items_only) {
    BOOST_TEST(json::Array(std::vector<std::string>{}, json::Quote) == "[]");
    BOOST_TEST(json::Array(std::vector<std::string>{"a"}, json::Quote) == R"(["a"])");
    BOOST_TEST(json::Array(std::vector<double>{1, 2.5}, json::Number) == "[1, 2.5]");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
