// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace.h"

#include "message.h"
#include "mobility-trace-file.h"

#include "ns3/boolean.h"
#include "ns3/log.h"
#include "ns3/waypoint-mobility-model.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace physical {

NS_LOG_COMPONENT_DEFINE("MobilityTrace");

namespace {

/// What `mobility.trace` names.
struct TraceSources {
    std::vector<std::string> files;
    std::optional<TraceShift> shift = TraceShift{};  ///< unset: origin=auto
};

[[noreturn]] void Reject(const std::string& trace, const std::string& why) {
    throw SettingError("setting mobility.trace = " + Shown(trace) + ": " + why);
}

TraceShift ParseOrigin(const std::string& trace, std::string_view origin) {
    constexpr double FARTHEST_M = 1e8;
    const std::size_t comma = std::min(origin.find(','), origin.size());
    try {
        const auto read = [](std::string_view text) {
            return ParseNumber(Trim(text), "origin", 1, -FARTHEST_M, FARTHEST_M);
        };
        return {-read(origin.substr(0, comma)),
                -read(origin.substr(std::min(comma + 1, origin.size())))};
    } catch (const TextError&) {
        Reject(trace, "origin = " + Shown(origin) + ": must be auto, or x,y in m within ±1e8");
    }
}

TraceSources ParseSources(const std::string& trace) {
    TraceSources sources;
    bool has_origin = false;
    for (std::string_view rest = trace; !rest.empty();) {
        const std::size_t end = std::min(rest.find(';'), rest.size());
        const std::string_view entry = Trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (entry.starts_with("origin=")) {
            if (std::exchange(has_origin, true)) {
                Reject(trace, "more than one origin");
            }
            const std::string_view origin = Trim(entry.substr(entry.find('=') + 1));
            if (origin == "auto") {
                sources.shift.reset();
            } else {
                sources.shift = ParseOrigin(trace, origin);
            }
        } else if (!entry.empty()) {
            sources.files.emplace_back(entry);
        }
    }
    if (sources.files.empty()) {
        Reject(trace, "must name a file");
    }
    return sources;
}

/// The traces that come along are installed in `traces`, beside a folder that holds the program.
std::string FileOf(const std::string& name) {
    if (name != "streets" && name != "vehicles") {
        return name;
    }
    const auto file = std::filesystem::path("traces") / (name + ".fcd.xml");
    auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    while (!exists(folder / file) && folder.has_relative_path()) {
        folder = folder.parent_path();
    }
    return folder / file;
}

/// The rectangle around all points.
Area BoxOf(const MobilityTrace& trace) {
    constexpr double FAR = std::numeric_limits<double>::infinity();
    Area box{FAR, -FAR, FAR, -FAR};
    for (const TracePath& path : trace) {
        for (const TracePoint& point : path) {
            box = {std::min(box.min_x_m, point.x_m), std::max(box.max_x_m, point.x_m),
                   std::min(box.min_y_m, point.y_m), std::max(box.max_y_m, point.y_m)};
        }
    }
    return box;
}

std::string Described(const Area& box) {
    return "x " + message::Number(box.min_x_m) + " to " + message::Number(box.max_x_m) + ", y " +
           message::Number(box.min_y_m) + " to " + message::Number(box.max_y_m);
}

/// Whether coordinates are longitudes and latitudes: the file says so, or they are small enough and
/// nobody gets on by more than millimetres per second, if they were metres.
bool IsGeographic(const TracePart& part) {
    constexpr double SLOWEST_MPS = 0.003;  // in degrees: 300 m/s
    constexpr double STANDING_MPS = 1;
    const Area box = BoxOf(part.users);
    if (part.users.empty()) {
        return false;
    }
    if (part.is_geographic || box.min_x_m < -180 || box.max_x_m > 180 || box.min_y_m < -90 ||
        box.max_y_m > 90 || part.fastest_mps.value_or(STANDING_MPS) < STANDING_MPS) {
        return part.is_geographic;
    }
    double fastest = 0;
    for (const TracePath& path : part.users) {
        double length = 0;
        for (std::size_t i = 1; i < path.size(); ++i) {
            length += std::hypot(path[i].x_m - path[i - 1].x_m, path[i].y_m - path[i - 1].y_m);
        }
        if (length > 0) {
            fastest = std::max(fastest, length / (path.back().time_s - path.front().time_s));
        }
    }
    return fastest > 0 && fastest < SLOWEST_MPS;
}

TracePart ReadPart(const std::string& file, const TraceWindow& window) {
    TextReader text(FileOf(file));
    const std::string_view first = text.Peek();
    if (first.empty()) {
        throw std::runtime_error("is empty");
    }
    TracePart part;
    if (first.starts_with('<')) {
        part = ReadFcdXml(text, window);
    } else if (first.starts_with('$') || first.starts_with('#') || first.starts_with("set ")) {
        part = ReadNs2Movement(text, window);
    } else if (first.find_first_of(",;\t") != std::string_view::npos) {
        part = ReadFcdCsv(text, window);
    } else {
        throw std::runtime_error("begins with " + Shown(first) +
                                 ": must be floating car data of SUMO (XML or CSV) or movements "
                                 "for ns-2");
    }
    if (IsGeographic(part)) {
        throw std::runtime_error(
            "is in degrees (" + Described(BoxOf(part.users)) +
            "), must be in metres: let SUMO write it without --fcd-output.geo, or with "
            "--fcd-output.utm for UTM");
    }
    return part;
}

/// As ns-3 counts time: differences and sums of decimal fractions would miss each other.
double InWholeNanoseconds(double time_s) {
    return std::round(time_s * 1e9) / 1e9;
}

/// All users of all parts, one of each in turn.
MobilityTrace TakeInTurn(std::vector<TracePart>& parts, std::size_t n_users) {
    MobilityTrace trace;
    for (std::size_t i = 0; i < n_users && trace.size() < n_users; ++i) {
        for (TracePart& part : parts) {
            if (i < part.users.size() && trace.size() < n_users) {
                trace.push_back(std::move(part.users[i]));
            }
        }
    }
    return trace;
}

void CheckNumber(const MobilityTrace& trace,
                 const std::vector<TracePart>& parts,
                 const TraceWindow& window) {
    if (trace.size() == window.n_users) {
        return;
    }
    double first_s = std::numeric_limits<double>::infinity();
    double last_s = -first_s;
    for (const TracePart& part : parts) {
        first_s = std::min(first_s, part.first_s);
        last_s = std::max(last_s, part.last_s);
    }
    throw std::runtime_error(
        "has " + std::to_string(trace.size()) + " users on the road from " +
        message::Number(window.start_s) + " to " + message::Number(window.end_s) +
        " s of its time, must have n_ue = " + std::to_string(window.n_users) + " or more; " +
        (first_s <= last_s
             ? "it goes from " + message::Number(first_s) + " to " + message::Number(last_s) +
                   " s, and mobility.trace_start_s = " + message::Number(window.start_s)
             : "nobody is in it"));
}

TraceShift Centre(const MobilityTrace& trace, const Area& area) {
    const Area box = BoxOf(trace);
    return {(area.min_x_m + area.max_x_m) / 2 - (box.min_x_m + box.max_x_m) / 2,
            (area.min_y_m + area.max_y_m) / 2 - (box.min_y_m + box.max_y_m) / 2};
}

void CheckPlace(const MobilityTrace& trace, const Area& area) {
    const Area box = BoxOf(trace);
    if (box.min_x_m > area.max_x_m || box.max_x_m < area.min_x_m || box.min_y_m > area.max_y_m ||
        box.max_y_m < area.min_y_m) {
        throw std::runtime_error("goes through " + Described(box) +
                                 " m, which lies outside the area of the base stations (" +
                                 Described(area) +
                                 " m): must meet it; add \"; origin=auto\" or set "
                                 "mobility.trace_x_m and mobility.trace_y_m");
    }
}

/// How many users are not at one place from ns-3 time 0 to @p end_s.
std::size_t CountMoving(const MobilityTrace& trace, double end_s) {
    return static_cast<std::size_t>(
        std::count_if(trace.begin(), trace.end(), [&](const TracePath& path) {
            return std::adjacent_find(path.begin(), path.end(),
                                      [&](const TracePoint& from, const TracePoint& to) {
                                          return to.time_s > 0 && from.time_s < end_s &&
                                                 (from.x_m != to.x_m || from.y_m != to.y_m);
                                      }) != path.end();
        }));
}

/// How many users are there from ns-3 time @p start_s to @p end_s.
std::size_t CountThroughout(const MobilityTrace& trace, double start_s, double end_s) {
    return static_cast<std::size_t>(
        std::count_if(trace.begin(), trace.end(), [&](const TracePath& path) {
            const Stay stay = StayOf(path, end_s);
            return stay.Contains(start_s) && stay.Contains(end_s);
        }));
}

}  // namespace

MobilityTrace ReadMobilityTrace(const MobilitySettings& settings,
                                const Area& area,
                                std::uint32_t n_ue,
                                double start_s,
                                double end_s) {
    const TraceSources sources = ParseSources(settings.trace);
    TraceWindow window{settings.trace_start_s, settings.trace_start_s + end_s,
                       settings.trace_start_s + start_s, n_ue, sources.shift};
    if (window.shift) {
        window.shift->x_m += settings.trace_x_m;
        window.shift->y_m += settings.trace_y_m;
    }
    std::vector<TracePart> parts;
    for (const std::string& file : sources.files) {
        try {
            parts.push_back(ReadPart(file, window));
        } catch (const std::runtime_error& error) {
            Reject(file, error.what());
        }
    }
    try {
        MobilityTrace trace = TakeInTurn(parts, n_ue);
        CheckNumber(trace, parts, window);
        TraceShift shift = window.shift.value_or(TraceShift{});
        if (!window.shift) {
            shift = Centre(trace, area);
            shift.x_m += settings.trace_x_m;
            shift.y_m += settings.trace_y_m;
        }
        for (TracePath& path : trace) {
            for (TracePoint& point : path) {
                point.time_s = InWholeNanoseconds(point.time_s - settings.trace_start_s);
                point.x_m += shift.x_m;
                point.y_m += shift.y_m;
            }
        }
        CheckPlace(trace, area);
        NS_LOG_INFO(CountMoving(trace, end_s)
                    << " of " << trace.size() << " users move, "
                    << CountThroughout(trace, start_s, end_s)
                    << " are there throughout; added to x " << message::Number(shift.x_m)
                    << " m, to y " << message::Number(shift.y_m) << " m");
        return trace;
    } catch (const std::runtime_error& error) {
        Reject(settings.trace, error.what());
    }
}

Stay StayOf(const TracePath& path, double end_s) {
    Stay stay{.from_s = path.front().time_s};
    if (path.back().time_s < InWholeNanoseconds(end_s)) {
        stay.to_s = path.back().time_s;
    }
    return stay;
}

ns3::Ptr<ns3::MobilityModel> MakeTraceMobility(const TracePath& path, double height_m) {
    auto mobility = ns3::CreateObject<ns3::WaypointMobilityModel>();
    mobility->SetAttribute("LazyNotify", ns3::BooleanValue(true));
    for (const TracePoint& point : path) {
        mobility->AddWaypoint(
            {ns3::Seconds(point.time_s), ns3::Vector(point.x_m, point.y_m, height_m)});
    }
    return mobility;
}

}  // namespace physical
