// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace.h"
#include "text-reader.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <string_view>

namespace physical {

namespace {

constexpr double FAR_M = 1e6;
constexpr double MAX_TIME_S = 1e9;
constexpr double MAX_SPEED_MPS = 1e6;

/// A node as ns-2 moves it: towards its destination, where it stops.
class Ns2Node {
  public:
    void Place(double time_s, char axis, double value_m) {
        StopAt(time_s);
        (axis == 'X' ? m_x_m : m_y_m) = value_m;
        Mark(time_s);
    }

    void SetDestination(double time_s, double x_m, double y_m, double speed_mps) {
        StopAt(time_s);
        Mark(time_s);
        const double distance_m = std::hypot(x_m - m_x_m, y_m - m_y_m);
        if (speed_mps > 0 && distance_m > 0) {
            m_walk = {time_s, time_s + distance_m / speed_mps, x_m, y_m};
        }
    }

    /// No more commands: let it arrive. @return its path
    TracePath Finish() {
        StopAt(MAX_TIME_S);
        return m_path;
    }

    /// Time of its last command.
    double TimeS() const { return m_time_s; }

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
        const double end_s = std::min(time_s, m_walk.arrival_s);
        const double part = (end_s - m_walk.start_s) / (m_walk.arrival_s - m_walk.start_s);
        m_x_m = part < 1 ? m_x_m + (m_walk.to_x_m - m_x_m) * part : m_walk.to_x_m;
        m_y_m = part < 1 ? m_y_m + (m_walk.to_y_m - m_y_m) * part : m_walk.to_y_m;
        m_walk = {};
        Mark(end_s);
    }

    /// Note the position; ns-3 needs times that grow by a nanosecond at least.
    void Mark(double time_s) {
        constexpr double RESOLUTION_S = 2e-9;
        if (!m_path.empty() && time_s - m_path.back().time_s < RESOLUTION_S) {
            m_path.back() = {m_path.back().time_s, m_x_m, m_y_m};
        } else {
            m_path.push_back({time_s, m_x_m, m_y_m});
        }
    }

    TracePath m_path;
    double m_time_s = 0;
    double m_x_m = 0;
    double m_y_m = 0;
    Walk m_walk;
};

/// A command of a trace: who, what, and the line it is on.
class Ns2Line {
  public:
    Ns2Line(std::string text, std::size_t number) : m_text(std::move(text)), m_number(number) {
        std::string plain = m_text;
        std::replace(plain.begin(), plain.end(), '"', ' ');
        std::istringstream words(plain);
        for (std::string word; words >> word;) {
            m_words.push_back(word);
        }
    }

    /// Comments, and what is about ns-2 itself.
    bool IsIrrelevant() const {
        return m_words.empty() || m_words[0].starts_with("#") || m_words[0] == "set" ||
               m_words[0] == "append" || m_words[0].starts_with("$god_") ||
               (IsTimed() && m_words.size() > 3 && m_words[3].starts_with("$god_"));
    }

    void Apply(std::map<std::string, Ns2Node>& nodes, std::vector<std::string>& order) const {
        const std::size_t at = IsTimed() ? 3 : 0;
        const std::size_t n = m_words.size() - std::min(at, m_words.size());
        const bool is_set =
            n == 4 && m_words[at + 1] == "set" &&
            (m_words[at + 2] == "X_" || m_words[at + 2] == "Y_" || m_words[at + 2] == "Z_");
        const bool is_walk = IsTimed() && n == 5 && m_words[at + 1] == "setdest";
        if (!(is_set || is_walk) || !m_words[at].starts_with("$") ||
            m_words[at].find('(') == std::string::npos) {
            Reject("is no command of an ns-2 movement");
        }
        const double time_s = IsTimed() ? Number(2, "time", 0, MAX_TIME_S) : 0;
        const auto [entry, fresh] = nodes.try_emplace(m_words[at]);
        if (fresh) {
            order.push_back(m_words[at]);
        }
        Ns2Node& node = entry->second;
        if (time_s < node.TimeS()) {
            Reject("goes back in time");
        }
        if (is_walk) {
            node.SetDestination(time_s, Number(at + 2, "x", -FAR_M, FAR_M),
                                Number(at + 3, "y", -FAR_M, FAR_M),
                                Number(at + 4, "speed", 0, MAX_SPEED_MPS));
        } else if (const double value_m = Number(at + 3, m_words[at + 2], -FAR_M, FAR_M);
                   m_words[at + 2] != "Z_") {
            node.Place(time_s, m_words[at + 2][0], value_m);
        }
    }

  private:
    bool IsTimed() const {
        return m_words.size() > 2 && m_words[0].starts_with("$ns") && m_words[1] == "at";
    }

    double Number(std::size_t word, const std::string& what, double low, double high) const {
        return ParseNumber(m_words[word], what, m_number, low, high);
    }

    [[noreturn]] void Reject(const std::string& why) const {
        throw TextError(m_number, "\"" + m_text + "\" " + why);
    }

    std::string m_text;
    std::size_t m_number;
    std::vector<std::string> m_words;
};

}  // namespace

MobilityTrace ParseNs2Trace(const std::string& text) {
    std::map<std::string, Ns2Node> nodes;
    std::vector<std::string> order;
    std::istringstream lines(text);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        const Ns2Line command(line, ++number);
        if (!command.IsIrrelevant()) {
            command.Apply(nodes, order);
        }
    }
    MobilityTrace trace;
    for (const std::string& name : order) {
        trace.push_back(nodes.at(name).Finish());
    }
    return trace;
}

}  // namespace physical
