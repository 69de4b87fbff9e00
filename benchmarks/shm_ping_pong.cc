// SPDX-License-Identifier: MIT
// The yardstick of the bridge: two C++ processes that pass an array back and forth through shared
// memory by spinning. Prints the time of a round trip in microseconds, after a warm-up as long.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

struct Shared {
    alignas(64) std::atomic<std::uint32_t> ping{0};
    alignas(64) std::atomic<std::uint32_t> pong{0};
    alignas(64) float data[1];
};

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: shm_ping_pong FLOATS ROUND_TRIPS\n");
        return 2;
    }
    const std::size_t floats = std::strtoul(argv[1], nullptr, 10);
    const auto trips = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    constexpr int REPETITIONS = 2;  // the first is the warm-up: page faults, cores found
    void* memory = mmap(nullptr, sizeof(Shared) + 2 * floats * sizeof(float),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto* shared = new (memory) Shared;
    float* there = shared->data;
    float* back = shared->data + floats;
    const std::size_t bytes = floats * sizeof(float);
    const std::uint32_t total = trips * REPETITIONS;

    const pid_t child = fork();
    std::vector<float> own(floats, 1.0F);
    if (child == 0) {
        for (std::uint32_t i = 1; i <= total; ++i) {
            while (shared->ping.load(std::memory_order_acquire) != i) {
                __builtin_ia32_pause();
            }
            std::memcpy(back, there, bytes);
            shared->pong.store(i, std::memory_order_release);
        }
        _exit(0);
    }
    std::uint32_t i = 0;
    for (int repetition = 0; repetition < REPETITIONS; ++repetition) {
        const auto start = std::chrono::steady_clock::now();
        for (std::uint32_t trip = 0; trip < trips; ++trip) {
            std::memcpy(there, own.data(), bytes);
            shared->ping.store(++i, std::memory_order_release);
            while (shared->pong.load(std::memory_order_acquire) != i) {
                __builtin_ia32_pause();
            }
            std::memcpy(own.data(), back, bytes);
        }
        const std::chrono::duration<double, std::micro> elapsed =
            std::chrono::steady_clock::now() - start;
        if (repetition + 1 == REPETITIONS) {
            std::printf("%.4f\n", elapsed.count() / trips);
        }
    }
    waitpid(child, nullptr, 0);
    return 0;
}
