// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-trace.h"

#include "json.h"
#include "text-reader.h"

#include "ns3/boolean.h"
#include "ns3/waypoint-mobility-model.h"

#include <algorithm>
#include <filesystem>
#include <limits>

namespace physical {

namespace {

/// The traces that come along are installed in `traces`, beside a folder that holds the program.
std::string FileOf(const std::string& name) {
    if (name != "streets") {
        return name;
    }
    const std::filesystem::path file = std::filesystem::path("traces") / "streets.fcd.xml";
    auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    while (!exists(folder / file) && folder.has_relative_path()) {
        folder = folder.parent_path();
    }
    return folder / file;
}

MobilityTrace Parse(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) {
        throw std::runtime_error("is empty");
    }
    return text[first] == '<' ? ParseFcdTrace(text) : ParseNs2Trace(text);
}

/// @return whether the box around all points of the trace meets the area
bool Meets(const MobilityTrace& trace, const Area& area) {
    constexpr double FAR = std::numeric_limits<double>::infinity();
    Area box{FAR, -FAR, FAR, -FAR};
    for (const TracePath& path : trace) {
        for (const TracePoint& point : path) {
            box = {std::min(box.min_x_m, point.x_m), std::max(box.max_x_m, point.x_m),
                   std::min(box.min_y_m, point.y_m), std::max(box.max_y_m, point.y_m)};
        }
    }
    return box.min_x_m <= area.max_x_m && box.max_x_m >= area.min_x_m &&
           box.min_y_m <= area.max_y_m && box.max_y_m >= area.min_y_m;
}

void CheckFit(const MobilityTrace& trace, const Area& area, std::uint32_t n_ue, double end_s) {
    if (trace.size() < n_ue) {
        throw std::runtime_error("has " + std::to_string(trace.size()) +
                                 " users, must have n_ue = " + std::to_string(n_ue) + " or more");
    }
    double first_s = std::numeric_limits<double>::infinity();
    double last_s = -first_s;
    for (const TracePath& path : trace) {
        first_s = std::min(first_s, path.front().time_s);
        last_s = std::max(last_s, path.back().time_s);
    }
    if (last_s < 0 || first_s > end_s) {
        throw std::runtime_error("covers the ns-3 times " + json::Number(first_s) + " to " +
                                 json::Number(last_s) + " s, the run 0 to " + json::Number(end_s) +
                                 " s: must overlap; set mobility.trace_start_s");
    }
    if (!Meets(trace, area)) {
        throw std::runtime_error(
            "lies outside the area of the base stations (x " + json::Number(area.min_x_m) + " to " +
            json::Number(area.max_x_m) + " m, y " + json::Number(area.min_y_m) + " to " +
            json::Number(area.max_y_m) +
            " m): must meet it; set mobility.trace_x_m and mobility.trace_y_m");
    }
}

}  // namespace

MobilityTrace ReadMobilityTrace(const MobilitySettings& settings,
                                const Area& area,
                                std::uint32_t n_ue,
                                double end_s) {
    try {
        MobilityTrace trace = Parse(ReadText(FileOf(settings.trace)));
        for (TracePath& path : trace) {
            for (TracePoint& point : path) {
                point.time_s -= settings.trace_start_s;
                point.x_m += settings.trace_x_m;
                point.y_m += settings.trace_y_m;
            }
        }
        trace.resize(std::min<std::size_t>(trace.size(), n_ue));
        CheckFit(trace, area, n_ue, end_s);
        return trace;
    } catch (const std::runtime_error& error) {
        throw SettingError("setting mobility.trace = " + json::Quote(settings.trace) + ": " +
                           error.what());
    }
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
