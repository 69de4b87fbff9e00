// SPDX-License-Identifier: GPL-2.0-only
#include "environment.h"

#include "bucket-scheduler.h"
#include "declaration.h"
#include "exit-status.h"
#include "log.h"
#include "program-arguments.h"

#include "ns3/global-value.h"
#include "ns3/simulator.h"
#include "ns3/type-id.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace physical {

namespace {

constexpr double ANY_NUMBER = 1e300;
constexpr std::string_view LOG = "--log=";

/// In a program that is not ours: an error is a line and a status, not an abort with a core.
void DoOrExit(const std::function<void()>& work) {
    if (const int status = ExitStatusOf(work)) {
        std::cout.flush();
        std::_Exit(status);  // in the middle of an event nothing can be taken down in order
    }
}

std::optional<double> ToNumber(const std::string& text) {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || !(std::abs(number) < ANY_NUMBER)) {
        return std::nullopt;
    }
    return number;
}

/// One of the program's own arguments; settings are bound to its value.
struct Argument {
    std::string name;
    std::string help;
    std::string text;  ///< the default
    double number = 0;
    bool flag = false;

    void Declare(Settings& settings) {
        if (const auto given = ToNumber(text)) {
            number = *given;
            settings.Real(name, number, -ANY_NUMBER, ANY_NUMBER, "1", help);
        } else if (text == "true" || text == "false") {
            flag = text == "true";
            settings.Flag(name, flag, help);
        } else {
            settings.Text(name, text, help);
        }
    }
};

constexpr std::string_view ARGUMENT = "    --";

/// One argument of the program each, as ns-3 prints them for `--help`: it has no other list. Help
/// of several lines becomes one.
std::vector<std::string> ArgumentLines(const std::string& help) {
    std::vector<std::string> found;
    std::istringstream lines(help);
    std::string line;
    while (std::getline(lines, line) && line != "Program Options:") {
    }
    while (std::getline(lines, line) && line != "Program Arguments:" &&
           line != "General Arguments:") {
        if (line.starts_with(ARGUMENT)) {
            found.push_back(line.substr(ARGUMENT.size()));
        } else if (!found.empty() && !line.empty()) {
            found.back() += ' ' + line;
        }
    }
    return found;
}

std::deque<Argument> ReadArguments(const std::string& help) {
    std::deque<Argument> arguments;
    for (const std::string& line : ArgumentLines(help)) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) {
            continue;
        }
        Argument argument{line.substr(0, colon), "", ""};
        const std::size_t help_begin = line.find_first_not_of(' ', colon + 1);
        if (help_begin != std::string::npos) {
            argument.help = line.substr(help_begin);
        }
        const std::size_t bracket = argument.help.rfind(" [");
        if (argument.help.ends_with(']') && bracket != std::string::npos) {
            argument.text = argument.help.substr(bracket + 2);
            argument.text.pop_back();
            argument.help.erase(bracket);
        }
        arguments.push_back(std::move(argument));
    }
    return arguments;
}

}  // namespace

Environment::Environment(std::string name, std::string summary)
    : m_name(std::move(name)),
      m_summary(std::move(summary)),
      m_schema(m_name),
      m_exceptions(std::uncaught_exceptions()) {
    m_time_s = m_schema.Observation<double>({"time_s", {1}, "s", 0, 1e9, "simulated time"});
}

Environment::~Environment() {
    // An exception is no end of an episode: whoever catches it says what happened, and exits.
    const bool is_unwinding = std::uncaught_exceptions() > m_exceptions;
    if (m_is_open && !m_is_over && !is_unwinding) {
        DoOrExit([this] { Exchange(Status::TRUNCATED); });
    }
}

void Environment::Parse(ns3::CommandLine& command_line, int argc, char** argv) {
    std::vector<char*> for_ns3;
    DoOrExit([&] {
        for (int i = 0; i < argc; ++i) {
            const std::string_view argument = argv[i];
            if (argument == "--describe") {
                m_describe = true;
            } else if (argument.starts_with(LOG)) {
                EnableLog(std::string(argument.substr(LOG.size())));
            } else {
                for_ns3.push_back(argv[i]);
            }
        }
        std::ostringstream help;
        command_line.PrintHelp(help);
        m_arguments = help.str();
        ns3::GlobalValue::Bind("SchedulerType", ns3::TypeIdValue(BucketScheduler::GetTypeId()));
    });
    command_line.Parse(static_cast<int>(for_ns3.size()), for_ns3.data());
}

void Environment::Parse(Settings& settings,
                        int argc,
                        char** argv,
                        const std::function<void()>& set_ns3_defaults) {
    DoOrExit([&] {
        ProgramArguments arguments = ReadProgramArguments(settings, argc, argv);
        if (arguments.help) {
            std::cout << ProgramHelp(m_name, m_summary, settings);
            std::exit(0);
        }
        m_describe = arguments.describe;
        m_settings = settings;
        ns3::GlobalValue::Bind("SchedulerType", ns3::TypeIdValue(BucketScheduler::GetTypeId()));
        if (set_ns3_defaults) {
            set_ns3_defaults();
        }
        ns3::CommandLine command_line;
        command_line.Parse(static_cast<int>(arguments.for_ns3.size()), arguments.for_ns3.data());
    });
}

Table& Environment::AddTable(std::string name, std::string help, std::vector<Column> columns) {
    CheckNotOpen();
    return m_schema.AddTable(std::move(name), std::move(help), std::move(columns));
}

void Environment::DescribeReward(std::string unit, std::string help) {
    CheckNotOpen();
    m_schema.DescribeReward(std::move(unit), std::move(help));
}

void Environment::Open() {
    CheckNotOpen();
    DoOrExit([this] {
        if (m_describe) {
            std::cout << Describe() << std::endl;
        } else {
            m_agent.Open(m_schema, {}, m_reseed);
        }
    });
    if (m_describe) {
        std::exit(0);
    }
    m_is_open = true;
}

bool Environment::Step() {
    if (!m_is_open) {
        throw std::logic_error(m_name + ": Step() before Open()");
    }
    if (m_is_over) {
        return false;
    }
    DoOrExit([this] {
        m_time_s(0) = ns3::Simulator::Now().GetSeconds();
        if (!Exchange(Status::RUNNING)) {
            m_is_over = true;
            ns3::Simulator::Stop();
        }
    });
    return !m_is_over;
}

void Environment::Finish(bool has_terminated) {
    if (!m_is_open || m_is_over) {
        return;
    }
    DoOrExit([&] {
        m_time_s(0) = ns3::Simulator::Now().GetSeconds();
        Exchange(has_terminated ? Status::TERMINATED : Status::TRUNCATED);
    });
    m_is_over = true;
}

void Environment::CheckNotOpen() const {
    if (m_is_open) {
        throw std::logic_error(m_name + ": all is declared before Open()");
    }
}

std::string Environment::Describe() const {
    std::deque<Argument> arguments = ReadArguments(m_arguments);
    Settings settings = m_settings;
    for (Argument& argument : arguments) {
        argument.Declare(settings);
    }
    return physical::Describe(m_name, m_summary, NS3_TWIN_NS3_VERSION, settings, m_schema);
}

/// @return whether the agent goes on
bool Environment::Exchange(Status status) {
    if (m_agent.HasAgent() && status != Status::RUNNING && m_steps == 0) {
        throw std::runtime_error(m_name + ": the simulation has ended and never asked");
    }
    m_schema.SaturateObservations();
    const double reward = std::exchange(m_reward, 0.0);
    return m_agent.Exchange({.status = status,
                             .slot = m_steps++,
                             .time_s = m_time_s(0),
                             .reward = reward,
                             .events = ns3::Simulator::GetEventCount()}) != Command::STOP;
}

}  // namespace physical
