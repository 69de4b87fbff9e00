// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_TESTING_DECLARATION_FILE_H
#define PHYSICAL_TESTING_DECLARATION_FILE_H

#include "schema.h"
#include "settings.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace physical::testing {

/// A declared field whose type is known at run time only.
class FieldView {
  public:
    using AnyField = std::variant<Field<std::uint8_t>,
                                  Field<std::int32_t>,
                                  Field<std::int64_t>,
                                  Field<float>,
                                  Field<double>>;

    FieldView(AnyField field, double low, double high) : m_field(field), m_low(low), m_high(high) {}

    std::size_t Count() const;
    double Get(std::size_t i) const;

    /// Show the value that lies at @p fraction (0 to 1) of the declared range.
    void Set(std::size_t i, double fraction) const;

  private:
    AnyField m_field;
    double m_low;
    double m_high;
};

/// Settings, fields and tables as a text file declares them: one per line, tab-separated;
/// ns3_bridge.testing.fake_scenario writes it.
class Declaration {
  public:
    /// @throws std::runtime_error if the file cannot be read
    explicit Declaration(const std::string& file);

    const std::string& Name() const { return m_name; }
    const std::string& Summary() const { return m_summary; }

    void DeclareSettings(Settings& settings);
    void DeclareFields(Schema& schema);

    /// Value of a setting that is a number.
    double Setting(const std::string& name) const { return m_reals.at(name); }

    /// Those that may change; the schema fills the others.
    const std::vector<FieldView>& Observations() const { return m_observations; }
    const std::vector<FieldView>& Actions() const { return m_actions; }

    /// Append one row to each table: @p slot in the integer columns, @p value in the others.
    void AppendRows(std::int64_t slot, double value);

  private:
    using Line = std::vector<std::string>;

    void DeclareSetting(const Line& line, Settings& settings);

    std::string m_name;
    std::string m_summary;
    std::vector<Line> m_lines;
    std::map<std::string, double> m_reals;  // maps: the settings refer to the values
    std::map<std::string, std::uint32_t> m_integers;
    std::map<std::string, bool> m_flags;
    std::map<std::string, std::string> m_texts;
    std::map<std::string, std::vector<Settings::Item>> m_lists;
    std::vector<FieldView> m_observations;
    std::vector<FieldView> m_constants;
    std::vector<FieldView> m_actions;
    std::vector<Table*> m_tables;
};

}  // namespace physical::testing

#endif
