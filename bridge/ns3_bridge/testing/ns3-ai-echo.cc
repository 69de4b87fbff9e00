// SPDX-License-Identifier: MIT
// A stand-in for a scenario of ns3-ai's Gym interface, written from its contract: protobuf in
// messages of 1,024 bytes in Boost's shared memory, waits that spin. Each action is the next
// observation. The messages lie on the wire as protobuf's own library would put them.
#include <boost/interprocess/managed_shared_memory.hpp>

#include <sys/prctl.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace bip = boost::interprocess;

struct Message {
    std::uint8_t buffer[1024];
    std::uint32_t size;
};

using Semaphore = std::atomic<std::uint8_t>;
struct Lockable {
    Semaphore cpp2pyEmpty{1}, cpp2pyFull{0}, py2cppEmpty{1}, py2cppFull{0};
    bool isFinished = false;
};

static void Wait(Semaphore& semaphore) {
    for (;;) {
        std::uint8_t count = semaphore;
        if (count > 0 && semaphore.compare_exchange_weak(count, count - 1)) {
            return;
        }
    }
}

static void Varint(std::string& out, std::uint64_t value) {
    for (; value >= 128; value >>= 7) {
        out += static_cast<char>(value | 128);
    }
    out += static_cast<char>(value);
}

static void Bytes(std::string& out, int field, std::string_view content) {
    Varint(out, field << 3 | 2);
    Varint(out, content.size());
    out += content;
}

static std::uint64_t TakeVarint(std::string_view& in) {
    std::uint64_t value = 0;
    for (int shift = 0; !in.empty(); shift += 7) {
        const auto byte = static_cast<std::uint8_t>(in.front());
        in.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 127) << shift;
        if (byte < 128) {
            break;
        }
    }
    return value;
}

/// The content of a length-delimited field; empty if there is none.
static std::string_view Field(std::string_view in, std::uint64_t field) {
    while (!in.empty()) {
        const std::uint64_t tag = TakeVarint(in);
        if ((tag & 7) == 0) {
            TakeVarint(in);
        } else if ((tag & 7) == 5) {
            in.remove_prefix(std::min<std::size_t>(4, in.size()));
        } else {
            const std::uint64_t size = TakeVarint(in);
            if (tag >> 3 == field) {
                return in.substr(0, size);
            }
            in.remove_prefix(std::min<std::size_t>(size, in.size()));
        }
    }
    return {};
}

/// EnvStateMsg {obsData = DataContainer {BOX, Any {url, BoxDataContainer {FLOAT, shape,
/// floatData}}}}
static std::string State(const std::vector<float>& values, std::string_view url) {
    std::string shape, box, any, container, state;
    Varint(shape, values.size());
    box += "\x08\x03";
    Bytes(box, 2, shape);
    Bytes(box, 5, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
    Bytes(any, 1, url);
    Bytes(any, 2, box);
    container += "\x08\x02";
    Bytes(container, 2, any);
    Bytes(state, 1, container);
    const float reward = 0.5F;
    state += '\x15';
    return state.append(reinterpret_cast<const char*>(&reward), sizeof reward);
}

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: ns3-ai-echo SEGMENT FLOATS TYPE_URL_OF_BOX\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody else would stop it from spinning
    bip::managed_shared_memory segment(bip::open_only, argv[1]);
    Message& out = *segment.find<Message>("My Cpp to Python Msg").first;
    Message& in = *segment.find<Message>("My Python to Cpp Msg").first;
    Lockable& lockable = *segment.find<Lockable>("My Lockable").first;
    std::vector<float> values(std::strtoul(argv[2], nullptr, 10));
    for (;;) {
        const std::string state = State(values, argv[3]);
        if (state.size() > sizeof out.buffer) {
            std::fprintf(stderr, "%zu bytes do not fit\n", state.size());
            return 1;
        }
        Wait(lockable.cpp2pyEmpty);
        std::memcpy(out.buffer, state.data(), state.size());
        out.size = static_cast<std::uint32_t>(state.size());
        ++lockable.cpp2pyFull;
        Wait(lockable.py2cppFull);
        std::string_view action(reinterpret_cast<const char*>(in.buffer), in.size);
        for (const int field : {1, 2, 2, 5}) {  // actData, data, value, floatData
            action = Field(action, field);
        }
        std::memcpy(values.data(), action.data(),
                    std::min(action.size(), values.size() * sizeof(float)));
        ++lockable.py2cppEmpty;
    }
}
