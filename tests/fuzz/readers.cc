// SPDX-License-Identifier: GPL-2.0-only
// Random files for the readers of users' files.
//
//   readers READER FOLDER FILE...
//
// breeds inputs from the files for NS3_TWIN_FUZZ_S seconds (default 2; 0: reads these alone). A
// reader may read an input, or refuse it by a SettingError of one line; what it reads must keep its
// word. Anything else ends the program, and the input lies in FOLDER/input.csv.
#include "fuzzer.h"
#include "mobility-trace.h"
#include "site-list.h"
#include "task-trace.h"
#include "text-reader.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>

using namespace physical;

namespace {

constexpr std::uint32_t N_UE = 2;

void Require(bool holds, const char* what) {
    if (!holds) {
        std::cerr << "broken: " << what << std::endl;
        std::abort();
    }
}

void ReadMobility(const std::string& sources) {
    MobilitySettings settings;
    settings.trace = sources;
    settings.trace_start_s = 1;
    const MobilityTrace trace = ReadMobilityTrace(settings, {-1e3, 1e3, -1e3, 1e3}, N_UE, 0, 4);
    Require(trace.size() == N_UE, "every user has a path");
    for (const TracePath& path : trace) {
        Require(!path.empty(), "a path has a point");
        for (std::size_t i = 0; i < path.size(); ++i) {
            const TracePoint& point = path[i];
            Require(std::abs(point.x_m) < 1e9 && std::abs(point.y_m) < 1e9, "places are near");
            Require(std::abs(point.time_s) <= 2 * MAX_TRACE_TIME_S, "times are finite");
            Require(i == 0 || point.time_s > path[i - 1].time_s, "times grow");
        }
        MakeTraceMobility(path, 1.5);
    }
}

void ReadTasks(const std::string& path) {
    for (const auto& tasks : ReadTaskTrace(path, N_UE)) {
        double last_s = 0;
        for (const TracedTask& task : tasks) {
            Require(task.time_s >= last_s && task.time_s <= 1e9, "times grow");
            Require(task.size_bit >= 1 && task.size_bit <= 100'000'000, "sizes are in bounds");
            Require(std::isnan(task.cycles) || (task.cycles >= 0 && task.cycles <= 1e18),
                    "cycles are in bounds");
            last_s = task.time_s;
        }
    }
}

void ReadPositions(const std::string& positions) {
    for (const ns3::Vector& site : ReadSites(positions, 25)) {
        Require(std::abs(site.x) <= 1e6 && std::abs(site.y) <= 1e6, "sites are near");
        Require(site.z >= MIN_BS_HEIGHT_M && site.z <= MAX_BS_HEIGHT_M, "masts have a height");
    }
}

/// One line per setting, `name=text`.
void ReadSettings(const std::string& lines) {
    double speed_mps = 1;
    std::uint32_t turns = 1;
    bool fast = false;
    std::string model = "a";
    std::vector<Settings::Item> walks;
    Settings settings;
    settings.List("walks", walks, {}, "");
    settings.Real("speed_mps", speed_mps, 0.5, 2, "m/s", "");
    settings.Integer("turns", turns, 1, 4'000'000'000, "1", "");
    settings.Flag("fast", fast, "");
    settings.Choice("model", model, {"a", "b"}, "");
    for (std::size_t from = 0; from < lines.size();) {
        const std::size_t end = std::min(lines.find('\n', from), lines.size());
        const std::string line = lines.substr(from, end - from);
        const std::size_t equal = std::min(line.find('='), line.size());
        settings.Set(line.substr(0, equal), line.substr(std::min(equal + 1, line.size())));
        Require(speed_mps >= 0.5 && speed_mps <= 2, "numbers are in bounds");
        Require(turns >= 1 && turns <= 4'000'000'000, "integers are in bounds");
        for (const Settings::Item& walk : walks) {
            for (const auto& [name, value] : walk) {
                Require(name.size() + value.size() < 2 * lines.size(), "items give what is there");
            }
        }
        Require(model == "a" || model == "b", "choices are among those offered");
        from = end + 1;
    }
}

struct Reader {
    void (*read)(const std::string&);
    bool takes_file;  ///< its path; otherwise the input itself
};
const std::map<std::string, Reader> READERS{
    {"mobility.trace", {ReadMobility, true}},    {"traffic.trace", {ReadTasks, true}},
    {"layout.positions", {ReadPositions, true}}, {"sources", {ReadMobility, false}},
    {"positions", {ReadPositions, false}},       {"settings", {ReadSettings, false}},
};

std::string Content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("no such file: " + path);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
    const auto reader = argc > 3 ? READERS.find(argv[1]) : READERS.end();
    if (reader == READERS.end()) {
        std::cerr << "usage: readers READER FOLDER FILE...; readers:";
        for (const auto& [name, entry] : READERS) {
            std::cerr << ' ' << name;
        }
        std::cerr << std::endl;
        return 2;
    }
    const std::string input_path = std::string(argv[2]) + "/input.csv";
    std::cout << "what is read now lies in " << input_path << std::endl;
    std::vector<std::string> seeds;
    for (int i = 3; i < argc; ++i) {
        seeds.push_back(Content(argv[i]));
    }
    Fuzzer fuzzer(
        [&, &read = reader->second](const std::string& input) {
            std::ofstream(input_path, std::ios::binary) << input;
            try {
                read.read(read.takes_file ? input_path : input);
            } catch (const SettingError& error) {
                const std::string message = error.what();
                Require(message.find('\n') == std::string::npos, "a message is one line");
                return false;
            }
            return true;
        },
        seeds);
    const char* seconds = std::getenv("NS3_TWIN_FUZZ_S");
    fuzzer.Run(seconds == nullptr ? 2 : std::atof(seconds));
    std::cout << fuzzer.Inputs() << " inputs, " << fuzzer.Good() << " of them read, "
              << fuzzer.Kept() << " kept" << std::endl;
    return 0;
}
