// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_TABLE_H
#define PHYSICAL_TABLE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace physical {

/// One column of a table of records; every cell takes eight bytes.
struct Column {
    std::string name;
    bool integer;      ///< int64 if true, float64 (NaN: not known) if false
    std::string unit;  ///< "1" if the quantity has none
    std::string help;
    std::vector<std::string> labels = {};  ///< names of the values 0, 1, …, if it has such
};

/// Records that the scenario appends whenever something happens (a task ends, a handover fails).
/// They travel beside the observations, in any number.
class Table {
  public:
    Table(std::string name, std::string help, std::vector<Column> columns)
        : m_name(std::move(name)), m_help(std::move(help)), m_columns(std::move(columns)) {}

    /// Append one row; the arguments are the columns in their order.
    template <class... Cells>
    void Append(Cells... cells) {
        CheckColumns({std::is_integral_v<Cells>...});
        (Store(cells), ...);
        ++m_pending_rows;
    }

    /// Append one row of columns that are known at run time only; integer columns truncate.
    void AppendNumbers(const std::vector<double>& cells);

    const std::string& Name() const { return m_name; }
    const std::string& Help() const { return m_help; }
    const std::vector<Column>& Columns() const { return m_columns; }
    std::size_t PendingRows() const { return m_pending_rows; }
    const std::vector<std::byte>& PendingBytes() const { return m_pending; }
    void ClearPending();

  private:
    void CheckColumns(const std::vector<bool>& integer) const;
    template <class Cell>
    void Store(Cell cell) {
        using Stored = std::conditional_t<std::is_integral_v<Cell>, std::int64_t, double>;
        const auto value = static_cast<Stored>(cell);
        const auto* bytes = reinterpret_cast<const std::byte*>(&value);
        m_pending.insert(m_pending.end(), bytes, bytes + sizeof value);
    }

    std::string m_name;
    std::string m_help;
    std::vector<Column> m_columns;
    std::vector<std::byte> m_pending;
    std::size_t m_pending_rows = 0;
};

}  // namespace physical

#endif
