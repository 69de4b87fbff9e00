// SPDX-License-Identifier: MIT
// A simulator without ns-3 that declares whatever a file says and shows random numbers within the
// declared bounds, seeded by run number, slot and last action. It can be told to fail.
// ns3_bridge.testing.fake_scenario writes the files.
#include "declaration-file.h"
#include "declaration.h"
#include "message.h"
#include "simulator-channel.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>

namespace {

using physical::testing::Declaration;
using physical::testing::FieldView;

std::uint64_t Mix(std::uint64_t state) {  // SplitMix64 (Steele, Lea, Flood 2014)
    state += 0x9e3779b97f4a7c15U;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
    return state ^ (state >> 31);
}

/// What goes wrong, and when; settings of every fake scenario.
struct Fault {
    std::string kind = "none";
    std::uint32_t slot = 1;
    double delay_s = 1;

    void Strike(std::int64_t now) const {
        if (now != slot || kind == "none") {
            return;
        }
        if (kind == "die") {
            std::raise(SIGKILL);
        } else if (kind == "exit") {
            std::cerr << "error: told to fail at slot " << now << std::endl;
            std::exit(3);
        } else if (kind == "stop") {
            std::raise(SIGSTOP);
        } else if (kind == "garble") {
            const char* fd = std::getenv("NS3_TWIN_CHANNEL_FD");
            const char garbage[] = "garbage";
            if (fd == nullptr || pwrite(std::atoi(fd), garbage, sizeof garbage, 0) < 0) {
                std::exit(3);
            }
        } else {
            std::this_thread::sleep_for(std::chrono::duration<double>(delay_s));
        }
    }
};

class FakeSimulator {
  public:
    FakeSimulator(const char* file, int argc, char** argv) : m_declaration(file) {
        m_declaration.DeclareSettings(m_settings);
        m_settings.Choice("fault.kind", m_fault.kind,
                          {"none", "die", "exit", "stop", "garble", "delay"},
                          "what the simulator does instead of simulating the slot");
        m_settings.Integer("fault.slot", m_fault.slot, 0, 1'000'000'000, "1", "at which slot");
        m_settings.Real("fault.delay_s", m_fault.delay_s, 0, 1e6, "s", "how long a delay lasts");
        for (int i = 0; i < argc; ++i) {
            Parse(argv[i]);
        }
        m_declaration.DeclareFields(m_schema);
    }

    int Run() {
        if (m_describe) {
            std::cout << physical::Describe(m_declaration.Name(), m_declaration.Summary(), "none",
                                            m_settings, m_schema)
                      << std::endl;
            return 0;
        }
        auto channel = physical::SimulatorChannel::FromEnvironment();
        if (!channel) {
            std::cerr << "error: no agent: NS3_TWIN_CHANNEL_FD is not set" << std::endl;
            return 3;
        }
        channel->Open(m_schema);
        const double slot_s = m_declaration.Setting("slot_s");
        const auto slots = std::llround(m_declaration.Setting("duration_s") / slot_s);
        double reward = 0;
        for (std::int64_t slot = 0; slot <= slots; ++slot) {
            m_fault.Strike(slot);
            Observe(slot);
            const auto command = channel->Exchange({
                .status = slot == slots ? physical::Status::TRUNCATED : physical::Status::RUNNING,
                .slot = slot,
                .time_s = static_cast<double>(slot) * slot_s,
                .reward = reward,
                .events = static_cast<std::uint64_t>(slot),
            });
            if (command == physical::Command::STOP) {
                break;
            }
            reward = -Uniform(Mix(m_state));
        }
        return 0;
    }

  private:
    void Parse(const std::string& argument) {
        const std::size_t equals = argument.find('=');
        const std::string name = argument.substr(0, equals);
        if (argument == "--describe") {
            m_describe = true;
        } else if (name == "--RngRun" && equals != std::string::npos) {
            m_run = std::strtoull(argument.c_str() + equals + 1, nullptr, 10);
        } else if (argument.starts_with("--") && equals != std::string::npos) {
            m_settings.Set(name.substr(2), argument.substr(equals + 1));
        } else {
            throw physical::SettingError("unexpected argument " +
                                         physical::message::Quote(argument));
        }
    }

    void Observe(std::int64_t slot) {
        m_state = Mix(m_state ^ m_run ^ Mix(static_cast<std::uint64_t>(slot)));
        for (const FieldView& action : m_declaration.Actions()) {
            for (std::size_t i = 0; i < action.Count(); ++i) {
                const double value = action.Get(i);
                std::uint64_t bits = 0;
                std::memcpy(&bits, &value, sizeof bits);
                m_state = Mix(m_state ^ bits);
            }
        }
        std::uint64_t state = m_state;
        for (const FieldView& observation : m_declaration.Observations()) {
            for (std::size_t i = 0; i < observation.Count(); ++i) {
                state = Mix(state);
                observation.Set(i, Uniform(state));
            }
        }
        if (slot % 10 == 0) {
            m_declaration.AppendRows(slot, Uniform(state));
        }
    }

    static double Uniform(std::uint64_t state) {
        return static_cast<double>(state >> 11) * 0x1p-53;
    }

    Declaration m_declaration;
    physical::Settings m_settings;
    Fault m_fault;
    bool m_describe = false;
    std::uint64_t m_run = 1;
    std::uint64_t m_state = 0;
    physical::Schema m_schema{m_declaration.Name()};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: fake-simulator DECLARATION-FILE [--setting=value ...]" << std::endl;
        return 2;
    }
    try {
        return FakeSimulator(argv[1], argc - 2, argv + 2).Run();
    } catch (const physical::SettingError& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 3;
    }
}
