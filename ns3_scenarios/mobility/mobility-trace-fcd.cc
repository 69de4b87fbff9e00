// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace-file.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

constexpr std::string_view BLANKS = " \t\r\n";

/// The tags of an XML text, one after another, with the line on which each begins. What SUMO
/// writes needs no more of XML than tags, attributes and comments.
class TagReader {
  public:
    explicit TagReader(TextReader& text) : m_text(text) {}

    /// @return false at the end
    bool Next() {
        for (;;) {
            std::string_view between;
            if (!m_text.Until('<', between)) {
                RejectText(between);
                return false;
            }
            RejectText(between);
            const bool ends = m_text.Until('>', m_tag);
            m_line = m_text.Line();
            if (m_tag.starts_with("!--")) {
                SkipComment(ends);
            } else if (!ends) {
                throw TextError(m_line, "a tag does not end: the file is cut off");
            } else if (!m_tag.starts_with("?") && !m_tag.starts_with("!")) {
                Split();
                return true;
            }
        }
    }

    std::string_view Name() const { return m_name; }
    bool IsEmpty() const { return m_tag.ends_with('/'); }
    std::size_t Line() const { return m_line; }
    /// Whether a comment so far says that SUMO was told to write longitudes and latitudes.
    bool IsGeographic() const { return m_is_geographic; }

    /// @return null if the tag does not have it
    const std::string_view* Find(std::string_view name) const {
        const auto found = std::find_if(m_attributes.begin(), m_attributes.end(),
                                        [&](const auto& own) { return own.first == name; });
        return found == m_attributes.end() ? nullptr : &found->second;
    }

    /// @throws TextError if the tag does not have it
    std::string_view Attribute(std::string_view name) const {
        if (const std::string_view* value = Find(name)) {
            return *value;
        }
        throw TextError(m_line, Shown("<" + std::string(m_tag) + ">") + " has no attribute " +
                                    std::string(name));
    }

  private:
    void RejectText(std::string_view between) const {
        if (const std::string_view text = Trim(between); !text.empty()) {
            throw TextError(m_text.Line(), Shown(text) + " is not part of a tag");
        }
    }

    void SkipComment(bool ends) {
        std::string_view part = m_tag.substr(3);
        while (!ends || !part.ends_with("--")) {
            if (!ends) {
                throw TextError(m_line, "a comment does not end");
            }
            m_is_geographic = m_is_geographic ||
                              part.find("<fcd-output.geo value=\"true\"") != std::string_view::npos;
            ends = m_text.Until('>', part);
        }
    }

    /// Into the name and the attributes.
    void Split() {
        m_attributes.clear();
        std::string_view rest = m_tag;
        if (IsEmpty()) {
            rest.remove_suffix(1);
        }
        m_name = rest.substr(0, rest.find_first_of(BLANKS));
        rest = Trim(rest.substr(m_name.size()));
        while (!rest.empty()) {
            const std::size_t equal = rest.find('=');
            const std::string_view name = Trim(rest.substr(0, equal));
            std::string_view value =
                equal == std::string_view::npos ? "" : Trim(rest.substr(equal + 1));
            const std::size_t end = value.size() > 1 && (value[0] == '"' || value[0] == '\'')
                                        ? value.find(value[0], 1)
                                        : std::string_view::npos;
            if (end == std::string_view::npos || name.empty() ||
                name.find_first_of(" \t\r\n\"'") != std::string_view::npos || Find(name)) {
                throw TextError(m_line,
                                Shown("<" + std::string(m_tag) + ">") +
                                    " has something that is not an attribute, or one twice");
            }
            m_attributes.emplace_back(name, value.substr(1, end - 1));
            rest = Trim(value.substr(end + 1));
        }
    }

    TextReader& m_text;
    std::string_view m_tag;
    std::string_view m_name;
    std::vector<std::pair<std::string_view, std::string_view>> m_attributes;
    std::size_t m_line = 1;
    bool m_is_geographic = false;
};

/// Follows the elements of floating car data: users in timesteps in one root.
class FcdReader {
  public:
    FcdReader(TextReader& text, const TraceWindow& window)
        : m_tags(text), m_window(window), m_collector(window) {}

    TracePart Read() {
        while (!m_collector.IsComplete() && m_tags.Next()) {
            const std::string name(m_tags.Name());
            if (name.starts_with('/')) {
                Close(name.substr(1));
            } else {
                Open(name);
            }
        }
        if (!m_ended && !m_collector.IsComplete()) {
            throw TextError(m_tags.Line(), "the file is cut off: no </fcd-export> at its end");
        }
        TracePart part = m_collector.Take();
        part.fastest_mps = m_fastest_mps;
        part.is_geographic = m_tags.IsGeographic();
        return part;
    }

  private:
    void Open(const std::string& name) {
        if (m_open.empty() && (m_ended || name != "fcd-export")) {
            throw TextError(m_tags.Line(),
                            Shown("<" + name + ">") + (m_ended ? " comes after </fcd-export>"
                                                               : " is not floating car data, must "
                                                                 "be <fcd-export>"));
        }
        if (name == "timestep") {
            StartTimestep();
        } else if (name == "vehicle" || name == "person") {
            ReadUser();
        }
        if (!m_tags.IsEmpty()) {
            m_open.push_back(name);
        } else if (m_open.empty()) {
            m_ended = true;
        }
    }

    void Close(const std::string& name) {
        if (m_open.empty() || m_open.back() != name) {
            throw TextError(m_tags.Line(), Shown("</" + name + ">") + " closes what is not open");
        }
        m_open.pop_back();
        m_ended = m_open.empty();
    }

    void StartTimestep() {
        if (m_open.size() != 1) {
            throw TextError(m_tags.Line(), "<timestep> within another element than <fcd-export>");
        }
        m_collector.StartTime(
            ParseTimeS(m_tags.Attribute("time"), "time", m_tags.Line(), 0, MAX_TRACE_TIME_S),
            m_tags.Line());
    }

    void ReadUser() {
        const std::string kind(m_tags.Name());
        if (m_open.size() != 2 || m_open.back() != "timestep") {
            throw TextError(m_tags.Line(), "<" + kind + "> outside of any <timestep>");
        }
        TracePath* path =
            m_collector.Find(kind + " " + std::string(m_tags.Attribute("id")), m_tags.Line());
        if (path == nullptr) {
            return;
        }
        m_collector.Add(*path, m_window.X(m_tags.Attribute("x"), m_tags.Line()),
                        m_window.Y(m_tags.Attribute("y"), m_tags.Line()));
        if (const std::string_view* speed = m_tags.Find("speed")) {
            m_fastest_mps = std::max(m_fastest_mps.value_or(0),
                                     ParseNumber(*speed, "speed", m_tags.Line(),
                                                 -MAX_TRACE_SPEED_MPS, MAX_TRACE_SPEED_MPS));
        }
    }

    TagReader m_tags;
    const TraceWindow& m_window;
    TraceCollector m_collector;
    std::vector<std::string> m_open;  ///< elements, the outermost first
    bool m_ended = false;             ///< the outermost has been closed
    std::optional<double> m_fastest_mps;
};

}  // namespace

TracePart ReadFcdXml(TextReader& text, const TraceWindow& window) {
    return FcdReader(text, window).Read();
}

}  // namespace physical
