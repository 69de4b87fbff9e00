// SPDX-License-Identifier: MIT
// One end of ns3-ai's shared memory, written from its contract with Boost alone, for tests: an
// agent creates the segment, a simulation opens it. Messages go through stdin ("r": receive one;
// "s" + u32
// + bytes: send one) and stdout (u32 + bytes of each that was received).
#include <boost/interprocess/managed_shared_memory.hpp>

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

namespace bip = boost::interprocess;

struct Message {
    std::uint8_t buffer[1024];
    std::uint32_t size;
};

struct Lockable {
    std::atomic<std::uint8_t> cpp2pyEmpty{1}, cpp2pyFull{0}, py2cppEmpty{1}, py2cppFull{0};
    bool isFinished = false;
};

/// ns3-ai only spins; tests have better uses for a processor.
static void Wait(std::atomic<std::uint8_t>& semaphore) {
    for (int tries = 0;; ++tries) {
        std::uint8_t count = semaphore;
        if (count > 0 && semaphore.compare_exchange_weak(count, count - 1)) {
            return;
        }
        if (tries > 1000) {
            usleep(100);
        }
    }
}

static void Relay(Message& in,
                  std::atomic<std::uint8_t>& inFull,
                  std::atomic<std::uint8_t>& inEmpty,
                  Message& out,
                  std::atomic<std::uint8_t>& outFull,
                  std::atomic<std::uint8_t>& outEmpty) {
    for (int command = std::getchar(); command != EOF; command = std::getchar()) {
        if (command == 'r') {
            Wait(inFull);
            std::fwrite(&in.size, sizeof in.size, 1, stdout);
            std::fwrite(in.buffer, 1, in.size, stdout);
            std::fflush(stdout);
            ++inEmpty;
        } else {
            std::uint32_t size = 0;
            if (std::fread(&size, sizeof size, 1, stdin) != 1) {
                return;
            }
            Wait(outEmpty);
            // More than fits is read and claimed, not written: as a simulation without asserts
            // says.
            std::string content(size, '\0');
            if (std::fread(content.data(), 1, size, stdin) != size) {
                return;
            }
            std::memcpy(out.buffer, content.data(), size < 1024 ? size : 1024);
            out.size = size;
            ++outFull;
        }
    }
}

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: ns3-ai-relay agent|simulation SEGMENT\n");
        return 2;
    }
    const char* names[] = {"My Cpp to Python Msg", "My Python to Cpp Msg", "My Lockable"};
    if (std::string(argv[1]) == "agent") {
        bip::shared_memory_object::remove(argv[2]);
        bip::managed_shared_memory segment(bip::create_only, argv[2], 4096);
        Message& toPython = *segment.construct<Message>(names[0])();
        Message& toCpp = *segment.construct<Message>(names[1])();
        Lockable& lockable = *segment.construct<Lockable>(names[2])();
        std::putchar('!');  // ready
        std::fflush(stdout);
        Relay(toPython, lockable.cpp2pyFull, lockable.cpp2pyEmpty, toCpp, lockable.py2cppFull,
              lockable.py2cppEmpty);
        bip::shared_memory_object::remove(argv[2]);
    } else {
        bip::managed_shared_memory segment(bip::open_only, argv[2]);
        Lockable& lockable = *segment.find<Lockable>(names[2]).first;
        std::putchar('!');
        std::fflush(stdout);
        Relay(*segment.find<Message>(names[1]).first, lockable.py2cppFull, lockable.py2cppEmpty,
              *segment.find<Message>(names[0]).first, lockable.cpp2pyFull, lockable.cpp2pyEmpty);
    }
    return 0;
}
