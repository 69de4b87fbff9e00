// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace-window.h"

#include "message.h"
#include "text-reader.h"

#include <algorithm>
#include <cmath>

namespace physical {

namespace {

constexpr double FAR_M = 1e6;
constexpr double FARTHEST_M = 1e8;  // on earth, UTM's northings reach 1e7

double ParseCoordinate(std::string_view text, char axis, std::size_t line, const double* shift_m) {
    const double value_m = ParseNumber(text, std::string(1, axis), line, -FARTHEST_M, FARTHEST_M);
    if (shift_m != nullptr && !(std::abs(value_m + *shift_m) <= FAR_M)) {
        throw TextError(line, std::string(1, axis) + " = " + Shown(text) + ": is " +
                                  message::Number(value_m + *shift_m) +
                                  " m from the base stations' origin, must be within ±1e6 m; add "
                                  "\"; origin=auto\" or \"; origin=x,y\" to mobility.trace");
    }
    return value_m;
}

}  // namespace

double TraceWindow::X(std::string_view text, std::size_t line) const {
    return ParseCoordinate(text, 'x', line, shift ? &shift->x_m : nullptr);
}

double TraceWindow::Y(std::string_view text, std::size_t line) const {
    return ParseCoordinate(text, 'y', line, shift ? &shift->y_m : nullptr);
}

void TraceWindow::Append(TracePath& path, const TracePoint& point) const {
    if (!path.empty() && path.back().time_s >= end_s) {
        return;
    }
    if (point.time_s <= start_s) {
        path.clear();
    }
    path.push_back(point);
}

bool TraceWindow::Meets(const TracePath& path) const {
    return path.front().time_s <= end_s && path.back().time_s >= first_slot_s;
}

void TraceCollector::StartTime(double time_s, std::size_t line) {
    constexpr double RESOLUTION_S = 2e-9;  // ns-3 needs times that grow by a nanosecond at least
    if (m_time_s && time_s - *m_time_s < RESOLUTION_S) {
        throw TextError(line, "time " + message::Number(time_s) +
                                  " s does not come after the timestep before, of " +
                                  message::Number(*m_time_s) + " s");
    }
    m_time_s = time_s;
}

TracePath* TraceCollector::Find(const std::string& user, std::size_t line) {
    m_part.first_s = std::min(m_part.first_s, *m_time_s);
    m_part.last_s = *m_time_s;
    if (m_kept.size() == m_window.n_users || *m_time_s > m_window.end_s) {
        const auto known = m_paths.find(user);
        if (known == m_paths.end()) {
            return nullptr;  // comes too late
        }
    }
    TracePath& path = m_paths[user];
    if (!path.empty() && path.back().time_s == *m_time_s) {
        throw TextError(line, Shown(user) + " comes twice in one timestep");
    }
    return &path;
}

void TraceCollector::Add(TracePath& path, double x_m, double y_m) {
    const bool was_kept = !path.empty() && m_window.Meets(path);
    const bool was_finished = was_kept && path.back().time_s >= m_window.end_s;
    m_window.Append(path, {*m_time_s, x_m, y_m});
    if (!m_window.Meets(path)) {
        return;
    }
    if (!was_kept) {
        m_kept.push_back(&path);
    }
    if (!was_finished && path.back().time_s >= m_window.end_s) {
        ++m_finished;
    }
    if (!was_kept && m_kept.size() == m_window.n_users) {
        std::erase_if(m_paths, [&](const auto& entry) { return !m_window.Meets(entry.second); });
    }
}

TracePart TraceCollector::Take() {
    for (TracePath* path : m_kept) {
        m_part.users.push_back(std::move(*path));
    }
    m_kept.clear();
    m_paths.clear();
    return std::move(m_part);
}

}  // namespace physical
