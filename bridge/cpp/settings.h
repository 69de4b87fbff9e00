// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_SETTINGS_H
#define PHYSICAL_SETTINGS_H

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace physical {

/// A setting that is unknown, unreadable or out of bounds.
class SettingError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The settings of a scenario: each is declared once, bound to a variable whose initial value is
/// the default. Names are dotted (`mobility.speed_max_mps`); dots become groups in YAML.
class Settings {
  public:
    void Real(const std::string& name,
              double& variable,
              double low,
              double high,
              const std::string& unit,
              const std::string& help);
    void Integer(const std::string& name,
                 std::uint32_t& variable,
                 std::uint32_t low,
                 std::uint32_t high,
                 const std::string& unit,
                 const std::string& help);
    void Flag(const std::string& name, bool& variable, const std::string& help);
    void Choice(const std::string& name,
                std::string& variable,
                const std::vector<std::string>& choices,
                const std::string& help);
    void Text(const std::string& name, std::string& variable, const std::string& help);

    bool Knows(const std::string& name) const;

    /// @throws SettingError naming the setting, the text seen and what is allowed
    void Set(const std::string& name, const std::string& text);

    /// One line per setting, for `--help`.
    std::string HelpText() const;

    /// The declarations with their defaults, as a JSON array.
    std::string ToJson() const;

  private:
    friend class DeclarationWriter;

    using Value = std::variant<double, std::uint32_t, bool, std::string>;
    struct Bounds {
        double low;
        double high;
    };
    struct Entry {
        std::string name;
        std::string help;
        std::string unit;
        std::string type;  ///< real, integer, flag, choice or text
        Value initial;     ///< the default
        std::optional<Bounds> bounds;
        std::vector<std::string> choices;
        std::function<void(const std::string& text)> set;
    };

    std::vector<Entry> m_entries;
};

}  // namespace physical

#endif
