// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace-file.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace physical {

namespace {

constexpr double MAX_HEIGHT_M = 1e6;
constexpr double RESOLUTION_S = 2e-9;

/// A node as ns-2 moves it: towards its destination, where it stops.
class Ns2Node {
  public:
    explicit Ns2Node(const TraceWindow& window) : m_window(window) {}

    void Place(double time_s, char axis, double value_m) {
        const bool jumps = !m_path.empty() && m_placed_s != time_s;
        if (jumps) {  // just before: from `time_s` on ns-3 sees the new place, and no speed
            StopAt(time_s - 2 * RESOLUTION_S);
            Mark(time_s - 2 * RESOLUTION_S);
        }
        StopAt(time_s);
        (axis == 'X' ? m_x_m : m_y_m) = value_m;
        m_placed_s = time_s;
        Mark(time_s);
    }

    void SetDestination(double time_s, double x_m, double y_m, double speed_mps) {
        StopAt(time_s);
        Mark(time_s);
        const double distance_m = std::hypot(x_m - m_x_m, y_m - m_y_m);
        if (speed_mps > 0 && distance_m > 0) {
            m_walk = {time_s, time_s + distance_m / speed_mps, x_m, y_m};
            m_first_s = std::min(m_first_s, time_s);
        }
    }

    /// No more commands: let it arrive. It was there from the start and stays to the end; who was
    /// put nowhere is at the origin, as in ns-2.
    void Finish() {
        StopAt(MAX_TRACE_TIME_S);
        if (m_path.empty()) {
            Mark(0);
        }
        TracePoint first = m_path.front();
        first.time_s = std::min(first.time_s, m_window.start_s);
        if (m_path.front().time_s - first.time_s >= RESOLUTION_S) {
            m_path.insert(m_path.begin(), first);
        } else {
            m_path.front() = first;
        }
        TracePoint last = m_path.back();
        last.time_s = std::max(last.time_s, m_window.end_s);
        if (last.time_s - m_path.back().time_s >= RESOLUTION_S) {
            m_path.push_back(last);
        } else {
            m_path.back() = last;
        }
    }

    /// What was needed of its path.
    TracePath& Path() { return m_path; }

    /// Time of its last command.
    double TimeS() const { return m_time_s; }

    /// @return whether it is under way at some time of the window
    bool MovesIn(const TraceWindow& window) const {
        return m_first_s <= window.end_s && m_last_s >= window.start_s;
    }

    /// When it first goes and last arrives; infinite the wrong way round if it never goes.
    double FirstS() const { return m_first_s; }
    double LastS() const { return m_last_s; }

  private:
    struct Walk {
        double start_s = 0;
        double arrival_s = 0;  ///< = start_s: it stands
        double to_x_m = 0;
        double to_y_m = 0;
    };

    /// Go on to this time, and stand there.
    void StopAt(double time_s) {
        m_time_s = time_s;
        if (m_walk.arrival_s <= m_walk.start_s) {
            return;
        }
        const double end_s = std::clamp(time_s, m_walk.start_s, m_walk.arrival_s);
        const double part = (end_s - m_walk.start_s) / (m_walk.arrival_s - m_walk.start_s);
        m_x_m = part < 1 ? m_x_m + (m_walk.to_x_m - m_x_m) * part : m_walk.to_x_m;
        m_y_m = part < 1 ? m_y_m + (m_walk.to_y_m - m_y_m) * part : m_walk.to_y_m;
        m_walk = {};
        m_last_s = end_s;
        Mark(end_s);
    }

    /// Note the position; ns-3 needs times that grow by a nanosecond at least.
    void Mark(double time_s) {
        if (m_path.empty() || time_s - m_path.back().time_s >= RESOLUTION_S) {
            m_window.Append(m_path, {time_s, m_x_m, m_y_m});
        } else {
            m_path.back() = {m_path.back().time_s, m_x_m, m_y_m};
        }
    }

    const TraceWindow& m_window;
    TracePath m_path;
    double m_time_s = 0;
    double m_placed_s = -1;  ///< when it was last put somewhere
    double m_x_m = 0;
    double m_y_m = 0;
    Walk m_walk;
    double m_first_s = std::numeric_limits<double>::infinity();
    double m_last_s = -std::numeric_limits<double>::infinity();
};

/// The nodes, and the commands that move them.
class Ns2Movement {
  public:
    explicit Ns2Movement(const TraceWindow& window) : m_window(window) {}

    /// Obey a line: commands with ";" between them, and perhaps a comment.
    void Obey(std::string_view line, std::size_t number) {
        m_line = line;
        m_number = number;
        m_words.clear();
        bool quoted = false;
        std::string word;
        const auto end_word = [&] {
            if (!word.empty()) {
                m_words.push_back(std::exchange(word, {}));
            }
        };
        for (const char c : line) {
            if (c == '#' && m_words.empty() && word.empty() && !quoted) {
                return;
            }
            if (c == '"') {
                quoted = !quoted;
                end_word();
            } else if (c == ';' && !quoted) {
                end_word();
                ObeyWords();
                m_words.clear();
            } else if (std::string_view(" \t\r").find(c) != std::string_view::npos) {
                end_word();
            } else {
                word += c;
            }
        }
        if (quoted) {
            Reject("has a quote that does not end");
        }
        end_word();
        ObeyWords();
    }

    TracePart Finish() {
        TracePart part;
        std::vector<TracePath> others;
        for (Ns2Node* node : m_order) {
            node->Finish();
            part.first_s = std::min(part.first_s, node->FirstS());
            part.last_s = std::max(part.last_s, node->LastS());
            (node->MovesIn(m_window) ? part.users : others).push_back(std::move(node->Path()));
        }
        std::move(others.begin(), others.end(), std::back_inserter(part.users));
        part.users.resize(std::min(part.users.size(), m_window.n_users));
        return part;
    }

  private:
    void ObeyWords() {
        const std::size_t at = IsTimed() ? 3 : 0;
        if (m_words.size() <= at) {
            if (!m_words.empty()) {
                Reject("is not a command of an ns-2 movement");
            }
            return;
        }
        if (m_words[0] == "set" || m_words[0] == "append" || m_words[at].starts_with("$god_")) {
            return;  // about ns-2 itself
        }
        const std::size_t n = m_words.size() - at;
        const bool is_set =
            n == 4 && m_words[at + 1] == "set" &&
            (m_words[at + 2] == "X_" || m_words[at + 2] == "Y_" || m_words[at + 2] == "Z_");
        const bool is_walk = IsTimed() && n == 5 && m_words[at + 1] == "setdest";
        if (!(is_set || is_walk) || !m_words[at].starts_with("$") || m_words[at].size() < 2) {
            Reject("is not a command of an ns-2 movement");
        }
        const double time_s = IsTimed() ? Number(2, "time", 0, MAX_TRACE_TIME_S) : 0;
        const auto [entry, fresh] = m_nodes.try_emplace(m_words[at], m_window);
        Ns2Node& node = entry->second;
        if (fresh) {
            m_order.push_back(&node);
        }
        if (time_s < node.TimeS()) {
            Reject("goes back in time");
        }
        if (is_walk) {
            node.SetDestination(time_s, m_window.X(m_words[at + 2], m_number),
                                m_window.Y(m_words[at + 3], m_number),
                                Number(at + 4, "speed", 0, MAX_TRACE_SPEED_MPS));
        } else if (m_words[at + 2] == "Z_") {
            Number(at + 3, "Z_", -MAX_HEIGHT_M, MAX_HEIGHT_M);
        } else {
            const bool is_x = m_words[at + 2] == "X_";
            node.Place(time_s, m_words[at + 2][0],
                       is_x ? m_window.X(m_words[at + 3], m_number)
                            : m_window.Y(m_words[at + 3], m_number));
        }
    }

    bool IsTimed() const {
        return m_words.size() > 2 && m_words[0].starts_with("$ns") && m_words[1] == "at";
    }

    double Number(std::size_t word, const std::string& what, double low, double high) const {
        return ParseNumber(m_words[word], what, m_number, low, high);
    }

    [[noreturn]] void Reject(const std::string& why) const {
        throw TextError(m_number, Shown(Trim(m_line)) + " " + why);
    }

    const TraceWindow& m_window;
    std::unordered_map<std::string, Ns2Node> m_nodes;  ///< entries stay where they are
    std::vector<Ns2Node*> m_order;                     ///< in which the file first names them
    std::string_view m_line;
    std::size_t m_number = 0;
    std::vector<std::string> m_words;
};

}  // namespace

TracePart ReadNs2Movement(TextReader& text, const TraceWindow& window) {
    Ns2Movement movement(window);
    std::string_view line;
    while (text.NextLine(line)) {
        movement.Obey(line, text.Line());
    }
    return movement.Finish();
}

}  // namespace physical
