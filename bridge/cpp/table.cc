// SPDX-License-Identifier: MIT
#include "table.h"

#include <stdexcept>

namespace physical {

void Table::ClearPending() {
    m_pending.clear();
    m_pending_rows = 0;
}

void Table::AppendNumbers(const std::vector<double>& cells) {
    if (cells.size() != m_columns.size()) {
        throw std::logic_error("table " + m_name + ": a row of " + std::to_string(cells.size()) +
                               " cells for " + std::to_string(m_columns.size()) + " columns");
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (m_columns[i].integer) {
            Store(static_cast<std::int64_t>(cells[i]));
        } else {
            Store(cells[i]);
        }
    }
    ++m_pending_rows;
}

void Table::CheckColumns(const std::vector<bool>& integer) const {
    if (integer.size() != m_columns.size()) {
        throw std::logic_error("table " + m_name + ": a row has " + std::to_string(integer.size()) +
                               " cells, the table " + std::to_string(m_columns.size()) +
                               " columns");
    }
    for (std::size_t i = 0; i < integer.size(); ++i) {
        if (integer[i] != m_columns[i].integer) {
            throw std::logic_error("table " + m_name + ", column " + m_columns[i].name +
                                   ": declared as " + (integer[i] ? "float64" : "int64") +
                                   " elsewhere than in the row");
        }
    }
}

}  // namespace physical
