// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace.h"
#include "text-reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace physical {

namespace {

constexpr double FAR_M = 1e6;
constexpr double MAX_TIME_S = 1e9;

/// The tags of an XML text, one after another, with the line on which each begins. What SUMO
/// writes needs no more of XML than tags, attributes and comments.
class TagReader {
  public:
    explicit TagReader(std::string_view text) : m_rest(text) {}

    /// @return false at the end
    bool Next() {
        for (;;) {
            if (!SkipTo("<")) {
                return false;
            }
            m_line = m_line_here;
            if (m_rest.starts_with("<!--")) {
                SkipPast("-->", "a comment");
            } else if (m_rest.starts_with("<?")) {
                SkipPast("?>", "a declaration");
            } else {
                const std::string_view from = m_rest;
                SkipPast(">", "a tag");
                m_tag = from.substr(1, from.size() - m_rest.size() - 2);
                return true;
            }
        }
    }

    std::string_view Name() const { return m_tag.substr(0, m_tag.find_first_of(" \t\r\n/", 1)); }
    std::size_t Line() const { return m_line; }

    /// @throws TextError if the tag does not have it
    std::string_view Attribute(std::string_view name) const {
        for (std::size_t at = m_tag.find(name); at != std::string_view::npos;
             at = m_tag.find(name, at + 1)) {
            std::string_view value = m_tag.substr(at + name.size());
            const bool whole =
                at > 0 && std::string_view(" \t\r\n").find(m_tag[at - 1]) != std::string_view::npos;
            if (whole && value.size() > 2 && value[0] == '=' &&
                (value[1] == '"' || value[1] == '\'')) {
                const std::size_t end = value.find(value[1], 2);
                if (end != std::string_view::npos) {
                    return value.substr(2, end - 2);
                }
            }
        }
        throw TextError(m_line,
                        "<" + std::string(m_tag) + "> has no attribute " + std::string(name));
    }

    double Number(std::string_view name, double low, double high) const {
        return ParseNumber(Attribute(name), std::string(name), m_line, low, high);
    }

  private:
    bool SkipTo(std::string_view mark) {
        const std::size_t at = std::min(m_rest.find(mark), m_rest.size());
        m_line_here +=
            static_cast<std::size_t>(std::count(m_rest.begin(), m_rest.begin() + at, '\n'));
        m_rest.remove_prefix(at);
        return !m_rest.empty();
    }

    void SkipPast(std::string_view mark, const std::string& what) {
        if (!SkipTo(mark)) {
            throw TextError(m_line, what + " does not end");
        }
        m_rest.remove_prefix(mark.size());
    }

    std::string_view m_rest;
    std::string_view m_tag;
    std::size_t m_line_here = 1;
    std::size_t m_line = 1;
};

}  // namespace

MobilityTrace ParseFcdTrace(const std::string& text) {
    MobilityTrace trace;
    std::map<std::string, std::size_t, std::less<>> index;
    std::optional<double> time_s;
    TagReader tags(text);
    while (tags.Next()) {
        const std::string_view name = tags.Name();
        if (name == "timestep") {
            const double next_s = tags.Number("time", 0, MAX_TIME_S);
            if (time_s && next_s <= *time_s) {
                throw TextError(tags.Line(), "time " + std::string(tags.Attribute("time")) +
                                                 " s does not come after the timestep before");
            }
            time_s = next_s;
        } else if (name == "vehicle" || name == "person") {
            if (!time_s) {
                throw TextError(tags.Line(), "<" + std::string(name) + "> before any <timestep>");
            }
            const std::string id(tags.Attribute("id"));
            const auto [entry, fresh] = index.try_emplace(id, trace.size());
            if (fresh) {
                trace.emplace_back();
            }
            TracePath& path = trace[entry->second];
            if (!fresh && path.back().time_s == *time_s) {
                throw TextError(tags.Line(), "\"" + id + "\" comes twice in one timestep");
            }
            path.push_back(
                {*time_s, tags.Number("x", -FAR_M, FAR_M), tags.Number("y", -FAR_M, FAR_M)});
        }
    }
    return trace;
}

}  // namespace physical
