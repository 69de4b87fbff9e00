// SPDX-License-Identifier: MIT
#include "table.h"

#include <boost/test/unit_test.hpp>

#include <cstring>

namespace physical {

namespace {

template <class Cell>
Cell CellAt(const Table& table, std::size_t index) {
    Cell cell;
    std::memcpy(&cell, table.PendingBytes().data() + 8 * index, sizeof cell);
    return cell;
}

Table Tasks() {
    return {"task", "one row per task", {{"ue", true, "1", "user"}, {"done_s", false, "s", "end"}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(a_cell_takes_eight_bytes_of_the_type_of_its_column) {
    Table tasks = Tasks();
    tasks.Append(3, 1.5);
    tasks.Append(std::uint8_t{255}, 2.0F);
    BOOST_TEST(tasks.PendingRows() == 2U);
    BOOST_TEST(tasks.PendingBytes().size() == 32U);
    BOOST_TEST(CellAt<std::int64_t>(tasks, 0) == 3);
    BOOST_TEST(CellAt<double>(tasks, 1) == 1.5);
    BOOST_TEST(CellAt<std::int64_t>(tasks, 2) == 255);
    BOOST_TEST(CellAt<double>(tasks, 3) == 2.0);
}

BOOST_AUTO_TEST_CASE(what_has_been_sent_is_not_sent_again) {
    Table tasks = Tasks();
    tasks.Append(3, 1.5);
    tasks.ClearPending();
    BOOST_TEST(tasks.PendingRows() == 0U);
    BOOST_TEST(tasks.PendingBytes().empty());
}

BOOST_AUTO_TEST_CASE(a_row_that_does_not_fit_the_columns_is_refused) {
    Table tasks = Tasks();
    BOOST_CHECK_THROW(tasks.Append(3), std::logic_error);
    BOOST_CHECK_THROW(tasks.Append(3.0, 1.5), std::logic_error);
    BOOST_CHECK_THROW(tasks.Append(3, 1), std::logic_error);
    BOOST_CHECK_THROW(tasks.AppendNumbers({3}), std::logic_error);
    BOOST_TEST(tasks.PendingBytes().empty());
}

BOOST_AUTO_TEST_CASE(numbers_of_run_time_become_what_the_columns_say) {
    Table tasks = Tasks();
    tasks.AppendNumbers({3.9, 1.5});
    BOOST_TEST(CellAt<std::int64_t>(tasks, 0) == 3);
    BOOST_TEST(CellAt<double>(tasks, 1) == 1.5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
