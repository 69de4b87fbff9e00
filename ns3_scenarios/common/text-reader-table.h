// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TEXT_READER_TABLE_H
#define PHYSICAL_TEXT_READER_TABLE_H

#include "text-reader.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace physical {

/// A column that a table has or may have.
struct TableColumn {
    std::vector<std::string> names;  ///< any of them; messages call it by the first
    bool required = true;
};

/// Reads a CSV file, row by row. Columns are known by the names in the first line, in any order;
/// cells are separated by commas, semicolons or tabs, and may stand in double quotes.
class TableReader {
  public:
    enum class Others { REFUSED, IGNORED };

    /// Reads the first line.
    /// @param others what happens to columns that are none of @p columns
    /// @param nameless names of the columns, in order, if the first line holds numbers alone
    /// @throws TextError if a column is missing, unknown or there twice
    TableReader(TextReader& text,
                std::vector<TableColumn> columns,
                Others others = Others::REFUSED,
                const std::vector<std::string>& nameless = {});

    /// Go to the next row that is not blank. @return false at the end
    /// @throws TextError if it has another number of cells than the first line
    bool NextRow();

    bool Has(std::size_t column) const { return m_place[column] != NOWHERE; }
    std::string_view Cell(std::size_t column) const { return m_cells[m_place[column]]; }
    std::size_t Line() const { return m_text.Line(); }

    double Number(std::size_t column, double low, double high) const;
    double Integer(std::size_t column, double low, double high) const;
    double TimeS(std::size_t column, double low, double high) const;

  private:
    static constexpr std::size_t NOWHERE = static_cast<std::size_t>(-1);

    void ReadNames(const std::vector<std::string>& nameless);
    void PlaceColumns(Others others);
    void Split(std::string_view line);

    TextReader& m_text;
    std::vector<TableColumn> m_columns;
    std::vector<std::size_t> m_place;  ///< of each column among the cells
    std::vector<std::string> m_names;
    std::vector<std::string> m_cells;
    char m_separator = ',';
    bool m_first_is_row = false;
};

}  // namespace physical

#endif
