// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_SETTINGS_H
#define PHYSICAL_SETTINGS_H

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
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

    /// What one item of a list gives: names and texts, in its order.
    using Item = std::vector<std::pair<std::string, std::string>>;

    /// A list of items, empty by default, as JSON: `[{"users": 8, "rate_hz": 2}, …]`.
    /// @param of_item declares what an item may give; whoever reads the variable checks each item
    /// by Set() of such settings
    void List(const std::string& name,
              std::vector<Item>& variable,
              const Settings& of_item,
              const std::string& help);

    bool Knows(const std::string& name) const;

    /// @throws SettingError naming the setting, the text seen and what is allowed
    void Set(const std::string& name, const std::string& text);

    /// One line per setting, for `--help`.
    std::string HelpText() const;

    /// The declarations with their defaults, as a JSON array.
    std::string ToJson() const;

  private:
    friend class DeclarationWriter;

    using Value = std::variant<double, std::uint32_t, bool, std::string, std::vector<Item>>;
    struct Bounds {
        double low;
        double high;
    };
    struct Entry {
        std::string name;
        std::string help;
        std::string unit;
        std::string type;  ///< real, integer, flag, choice, text or list
        Value initial;     ///< the default
        std::optional<Bounds> bounds;
        std::vector<std::string> choices;
        std::function<void(const std::string& text)> set;
        std::vector<Entry> of_item = {};  ///< of a list: declared alone, not to be set
    };

    /// @throws SettingError if the text is no list of items with plain values
    static std::vector<Item> ReadItems(const std::string& name, const std::string& text);

    std::vector<Entry> m_entries;
};

}  // namespace physical

#endif
