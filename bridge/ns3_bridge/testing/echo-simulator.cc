// SPDX-License-Identifier: MIT
// A simulator without ns-3: it answers every action with the same numbers. Tests and benchmarks of
// the bridge use it; it also shows the C++ endpoint in the fewest lines.
#include "declaration.h"
#include "simulator-channel.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0;
    const std::int64_t slots = argc > 2 ? std::strtoll(argv[2], nullptr, 10) : 0;
    if (count == 0 || slots <= 0) {
        std::cerr << "usage: echo-simulator FLOATS SLOTS" << std::endl;
        return 2;
    }
    physical::Schema schema("echo");
    const auto echo = schema.Observation<float>(
        {"echo", {count}, "1", -1, 1, "the numbers of the last action, 0 at first"});
    const auto say = schema.Action<float>({"say", {count}, "1", -1, 1, "numbers to be echoed"});
    schema.Refuse("shout", "this simulator is hard of hearing");
    physical::Table& log = schema.AddTable("log", "one row every tenth slot",
                                           {{"slot", true, "1", "number of the slot"},
                                            {"first", false, "1", "the first of the numbers"}});

    if (argc > 3 && std::string(argv[argc - 1]) == "--describe") {
        std::cout << physical::Describe("echo", "echoes actions", "none", {}, schema) << std::endl;
        return 0;
    }
    auto channel = physical::SimulatorChannel::FromEnvironment();
    if (!channel) {
        std::cerr << "error: no agent: NS3_TWIN_CHANNEL_FD is not set" << std::endl;
        return 3;
    }
    try {
        channel->Open(schema);
        for (std::int64_t slot = 0; slot <= slots; ++slot) {
            const bool last = slot == slots;
            const auto command = channel->Exchange({
                .status = last ? physical::Status::TRUNCATED : physical::Status::RUNNING,
                .slot = slot,
                .time_s = static_cast<double>(slot),
                .reward = echo(0),
                .events = static_cast<std::uint64_t>(slot),
            });
            if (command == physical::Command::STOP) {
                break;
            }
            std::ranges::copy(say.All(), echo.All().begin());
            if (slot % 10 == 0) {
                log.Append(slot, echo(0));
            }
        }
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 3;
    }
    return 0;
}
