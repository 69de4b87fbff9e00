// SPDX-License-Identifier: MIT
#include "message.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <vector>

namespace physical {

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(what_was_seen_is_quoted_on_one_line) {
    BOOST_TEST(message::Quote("a \"b\" \\ c") == R"("a \"b\" \\ c")");
    BOOST_TEST(message::Quote("line\nend\t\x01") == R"("line\u000aend\u0009\u0001")");
    BOOST_TEST(message::Quote("5° … −1") == "\"5° … −1\"");  // UTF-8 passes
}

BOOST_AUTO_TEST_CASE(numbers_read_back_as_the_same_number) {
    for (const double value : {0.0, -140.0, 0.1, 1.0 / 3, 1e15, 5e-324, 1.7976931348623157e308}) {
        BOOST_TEST(std::strtod(message::Number(value).c_str(), nullptr) == value);
    }
    BOOST_TEST(message::Number(25) == "25");
    BOOST_TEST(message::Number(0.02) == "0.02");
}

BOOST_AUTO_TEST_CASE(lists_have_commas_between_their_items_only) {
    BOOST_TEST(message::List(std::vector<std::string>{}, message::Quote) == "[]");
    BOOST_TEST(message::List(std::vector<std::string>{"a"}, message::Quote) == R"(["a"])");
    BOOST_TEST(message::List(std::vector<double>{1, 2.5}, message::Number) == "[1, 2.5]");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
