// SPDX-License-Identifier: MIT
#include "declaration-file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace physical::testing {

namespace {

std::vector<std::string> Split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    if (text.empty()) {
        return parts;
    }
    std::size_t start = 0;
    for (std::size_t end = 0; end != std::string::npos; start = end + 1) {
        end = text.find(separator, start);
        parts.push_back(text.substr(start, end - start));
    }
    return parts;
}

std::uint32_t ToCount(const std::string& text) {
    return static_cast<std::uint32_t>(std::stoul(text));
}

}  // namespace

std::size_t FieldView::Count() const {
    return std::visit([](const auto& field) { return field.All().size(); }, m_field);
}

double FieldView::Get(std::size_t i) const {
    return std::visit([i](const auto& field) { return static_cast<double>(field(i)); }, m_field);
}

void FieldView::Set(std::size_t i, double fraction) const {
    std::visit(
        [&]<class T>(const Field<T>& field) {
            if constexpr (std::is_integral_v<T>) {
                const double value = m_low + std::floor(fraction * (m_high - m_low + 1));
                field(i) = static_cast<T>(std::min(value, m_high));
            } else {
                field(i) = static_cast<T>(m_low + fraction * (m_high - m_low));
            }
        },
        m_field);
}

Declaration::Declaration(const std::string& file) {
    std::ifstream in(file);
    std::string text;
    bool begun = false;  // a start-up line for the shell comes before
    while (std::getline(in, text)) {
        if (begun) {
            m_lines.push_back(Split(text, '\t'));
        }
        begun = begun || text == "# declaration";
    }
    for (const Line& line : m_lines) {
        if (line.at(0) == "name") {
            m_name = line.at(1);
        } else if (line.at(0) == "summary") {
            m_summary = line.at(1);
        }
    }
    if (m_name.empty()) {
        throw std::runtime_error(file + " holds no declaration");
    }
}

void Declaration::DeclareSettings(Settings& settings) {
    for (const Line& line : m_lines) {
        if (line[0] == "setting") {
            DeclareSetting(line, settings);
        }
    }
}

void Declaration::DeclareSetting(const Line& line, Settings& settings) {
    const std::string& name = line.at(1);
    const std::string& type = line.at(2);
    const std::string& value = line.at(3);
    const std::string& low = line.at(4);
    const std::string& high = line.at(5);
    const std::string& unit = line.at(6);
    const std::string& help = line.at(8);
    if (type == "real") {
        m_reals[name] = std::stod(value);
        settings.Real(name, m_reals[name], std::stod(low), std::stod(high), unit, help);
    } else if (type == "integer") {
        m_integers[name] = ToCount(value);
        settings.Integer(name, m_integers[name], ToCount(low), ToCount(high), unit, help);
    } else if (type == "flag") {
        m_flags[name] = value == "true";
        settings.Flag(name, m_flags[name], help);
    } else if (type == "choice") {
        m_texts[name] = value;
        settings.Choice(name, m_texts[name], Split(line.at(7), '|'), help);
    } else if (type == "list") {
        Declaration item(*this);
        Settings of_item;
        for (const Line& other : m_lines) {
            if (other[0] == "item of " + name) {
                item.DeclareSetting(other, of_item);
            }
        }
        settings.List(name, m_lists[name], of_item, help);
    } else {
        m_texts[name] = value;
        settings.Text(name, m_texts[name], help);
    }
}

void Declaration::DeclareFields(Schema& schema) {
    for (const Line& line : m_lines) {
        if (line[0] == "radio") {
            schema.DescribeRadio(line.at(1));
        } else if (line[0] == "reward") {
            schema.DescribeReward(line.at(1), line.at(2));
        } else if (line[0] == "refused") {
            schema.Refuse(line.at(1), line.at(2));
        } else if (line[0] == "table") {
            std::vector<Column> columns;
            for (const Line& other : m_lines) {
                if (other[0] == "column" && other.at(1) == line.at(1)) {
                    columns.push_back({other.at(2), other.at(3) == "int64", other.at(4),
                                       other.at(6), Split(other.at(5), '|')});
                }
            }
            m_tables.push_back(&schema.AddTable(line.at(1), line.at(2), columns));
        } else if (line[0] == "observation" || line[0] == "action") {
            FieldSpec spec{line.at(1),
                           {},
                           line.at(4),
                           std::stod(line.at(5)),
                           std::stod(line.at(6)),
                           line.at(10),
                           Split(line.at(9), '|'),
                           line.at(7) == "1",
                           line.at(8) == "frame" ? Timescale::FRAME : Timescale::SLOT};
            const std::vector<std::string> dims = Split(line.at(11), ',');
            for (const std::string& length : Split(line.at(3), ',')) {
                const std::size_t axis = spec.shape.size();
                spec.shape.emplace_back(ToCount(length), axis < dims.size() ? dims[axis] : "");
            }
            if (!line.at(12).empty()) {
                spec.missing = std::stod(line.at(12));
            }
            for (const std::string& value : Split(line.at(13), '|')) {
                spec.constant.push_back(std::stod(value));
            }
            const bool observed = line[0] == "observation";
            const auto declare = [&]<class T>(T) -> FieldView::AnyField {
                return observed ? schema.Observation<T>(spec) : schema.Action<T>(spec);
            };
            const std::string& dtype = line.at(2);
            auto& views = !observed               ? m_actions
                          : spec.constant.empty() ? m_observations
                                                  : m_constants;
            views.emplace_back(dtype == "uint8"     ? declare(std::uint8_t{})
                               : dtype == "int32"   ? declare(std::int32_t{})
                               : dtype == "int64"   ? declare(std::int64_t{})
                               : dtype == "float32" ? declare(float{})
                                                    : declare(double{}),
                               spec.low, spec.high);
        }
    }
}

void Declaration::AppendRows(std::int64_t slot, double value) {
    for (Table* table : m_tables) {
        std::vector<double> cells;
        for (const Column& column : table->Columns()) {
            cells.push_back(column.integer ? static_cast<double>(slot) : value);
        }
        table->AppendNumbers(cells);
    }
}

}  // namespace physical::testing
