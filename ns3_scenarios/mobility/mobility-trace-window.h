// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_TRACE_WINDOW_H
#define PHYSICAL_MOBILITY_TRACE_WINDOW_H

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace physical {

/// Where a user of a trace is at some time.
struct TracePoint {
    double time_s;
    double x_m;
    double y_m;
};

/// The points of one user, in order of time. Between two of them it moves in a straight line;
/// before the first it waits there, after the last it stays there.
using TracePath = std::vector<TracePoint>;
using MobilityTrace = std::vector<TracePath>;

constexpr double MAX_TRACE_TIME_S = 1e9;
constexpr double MAX_TRACE_SPEED_MPS = 1e6;

/// What is added to the coordinates of a trace.
struct TraceShift {
    double x_m = 0;
    double y_m = 0;
};

/// The part of a trace that a run needs, in the trace's own time.
struct TraceWindow {
    double start_s;
    double end_s;
    double first_slot_s;  ///< who has left before is not needed
    std::size_t n_users;
    std::optional<TraceShift> shift;  ///< unset: known when the trace has been read

    /// A coordinate of a file, as it is there.
    /// @throws TextError if it is not a number, or far from the base stations after the shift
    double X(std::string_view text, std::size_t line) const;
    double Y(std::string_view text, std::size_t line) const;

    /// Append a point, if it says anything about the window, and forget those before that do not.
    void Append(TracePath& path, const TracePoint& point) const;

    /// @return whether a path has begun in the window and not ended before its first slot
    bool Meets(const TracePath& path) const;
};

/// What was read of a file.
struct TracePart {
    MobilityTrace users;  ///< no more than were asked for; of the times around the window
    double first_s = std::numeric_limits<double>::infinity();
    double last_s = -std::numeric_limits<double>::infinity();
    std::optional<double> fastest_mps;  ///< of these users, as the file says
    bool is_geographic = false;         ///< the file says that it holds longitudes and latitudes
};

/// Takes the entries of a trace in order of time and keeps those of the first users that it meets
/// in the window.
class TraceCollector {
  public:
    explicit TraceCollector(const TraceWindow& window) : m_window(window) {}

    /// The entries that follow are of this time. @throws TextError if it goes back
    void StartTime(double time_s, std::size_t line);

    /// @param user what tells it from others
    /// @return its path, to be handed to Add(); null if the entry is not needed
    /// @throws TextError if the user has an entry of this time already
    TracePath* Find(const std::string& user, std::size_t line);
    void Add(TracePath& path, double x_m, double y_m);

    /// Whether all that the run needs is there.
    bool IsComplete() const {
        return m_kept.size() == m_window.n_users && m_finished == m_kept.size();
    }

    /// @return the users in the order in which the window first names them; the collector is empty
    ///     then
    TracePart Take();

  private:
    const TraceWindow& m_window;
    std::optional<double> m_time_s;
    TracePart m_part;
    std::unordered_map<std::string, TracePath> m_paths;  ///< nodes stay where they are
    std::vector<TracePath*> m_kept;
    std::size_t m_finished = 0;  ///< of those, known up to the end of the window
};

}  // namespace physical

#endif
