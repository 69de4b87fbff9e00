// SPDX-License-Identifier: GPL-2.0-only
#include "text-reader-table.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace physical {

namespace {

bool IsNumber(std::string_view cell) {
    double value = 0;
    const char* end = cell.data() + cell.size();
    const auto [stop, error] = std::from_chars(cell.data(), end, value);
    return error == std::errc() && stop == end;
}

std::string Listed(const std::vector<TableColumn>& columns) {
    std::string list;
    for (const TableColumn& column : columns) {
        list += (list.empty() ? "" : ", ") + column.names.front();
    }
    return list;
}

}  // namespace

TableReader::TableReader(TextReader& text,
                         std::vector<TableColumn> columns,
                         Others others,
                         const std::vector<std::string>& nameless)
    : m_text(text), m_columns(std::move(columns)), m_place(m_columns.size(), NOWHERE) {
    ReadNames(nameless);
    PlaceColumns(others);
}

void TableReader::ReadNames(const std::vector<std::string>& nameless) {
    std::string_view first;
    do {
        if (!m_text.NextLine(first)) {
            throw std::runtime_error("is empty");
        }
        first = Trim(first);
    } while (first.empty());
    for (const char separator : {',', ';', '\t'}) {
        if (first.find(separator) != std::string_view::npos) {
            m_separator = separator;
            break;
        }
    }
    Split(first);
    m_first_is_row = !nameless.empty() && std::all_of(m_cells.begin(), m_cells.end(), IsNumber);
    m_names = m_first_is_row ? nameless : m_cells;
    m_names.resize(std::min(m_names.size(), m_cells.size()));
}

void TableReader::PlaceColumns(Others others) {
    for (std::size_t place = 0; place < m_names.size(); ++place) {
        const std::string& name = m_names[place];
        const auto column =
            std::find_if(m_columns.begin(), m_columns.end(), [&](const TableColumn& known) {
                return std::find(known.names.begin(), known.names.end(), name) != known.names.end();
            });
        if (column == m_columns.end()) {
            if (others == Others::REFUSED) {
                throw TextError(m_text.Line(),
                                "unknown column " + Shown(name) + "; known: " + Listed(m_columns));
            }
            continue;
        }
        std::size_t& taken = m_place[static_cast<std::size_t>(column - m_columns.begin())];
        if (taken != NOWHERE) {
            throw TextError(m_text.Line(), "column " + Shown(name) + " is there twice, as " +
                                               Shown(m_names[taken]) + " before");
        }
        taken = place;
    }
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        if (m_columns[i].required && !Has(i)) {
            throw TextError(m_text.Line(),
                            "no column " + m_columns[i].names.front() + " in the first line");
        }
    }
}

bool TableReader::NextRow() {
    if (!std::exchange(m_first_is_row, false)) {
        std::string_view line;
        do {
            if (!m_text.NextLine(line)) {
                return false;
            }
            line = Trim(line);
        } while (line.empty());
        Split(line);
    }
    if (m_cells.size() != m_names.size()) {
        throw TextError(Line(), std::to_string(m_cells.size()) + " cells, must be " +
                                    std::to_string(m_names.size()));
    }
    return true;
}

void TableReader::Split(std::string_view line) {
    m_cells.clear();
    for (bool more = true; more;) {
        line.remove_prefix(std::min(line.find_first_not_of(" \r"), line.size()));
        std::string cell;
        if (line.starts_with('"')) {
            std::size_t end = 1;
            while ((end = line.find('"', end)) != std::string_view::npos &&
                   line.substr(end + 1).starts_with('"')) {
                end += 2;  // two quotes within a cell stand for one
            }
            const std::string_view after =
                end == std::string_view::npos ? line : Trim(line.substr(end + 1));
            if (!after.empty() && after.front() != m_separator) {
                throw TextError(m_text.Line(), Shown(line) + ": a quote must end with its cell");
            }
            cell = line.substr(1, end - 1);
            line.remove_prefix(end + 1);
        }
        const std::size_t end = line.find(m_separator);
        if (cell.empty()) {
            cell = Trim(line.substr(0, end));
        }
        m_cells.push_back(std::move(cell));
        more = end != std::string_view::npos;
        line.remove_prefix(more ? end + 1 : line.size());
    }
}

double TableReader::Number(std::size_t column, double low, double high) const {
    return ParseNumber(Cell(column), m_columns[column].names.front(), Line(), low, high);
}

double TableReader::Integer(std::size_t column, double low, double high) const {
    return ParseInteger(Cell(column), m_columns[column].names.front(), Line(), low, high);
}

double TableReader::TimeS(std::size_t column, double low, double high) const {
    return ParseTimeS(Cell(column), m_columns[column].names.front(), Line(), low, high);
}

}  // namespace physical
