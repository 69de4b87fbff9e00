// SPDX-License-Identifier: MIT
// The yardstick of the bridge: two C++ processes that pass an array back and forth through shared
// memory by spinning. Prints the time of a round trip in microseconds, after a warm-up as long: the
// median over batches of 100.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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
        std::fprintf(stderr, "usage: shm-ping-pong FLOATS ROUND_TRIPS\n");
        return 2;
    }
    const std::size_t floats = std::strtoul(argv[1], nullptr, 10);
    const auto trips = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    constexpr std::uint32_t BATCH = 100;
    constexpr int REPETITIONS = 2;  // the first is the warm-up: page faults, cores found
    void* memory = mmap(nullptr, sizeof(Shared) + 2 * floats * sizeof(float),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto* shared = new (memory) Shared;
    float* there = shared->data;
    float* back = shared->data + floats;
    const std::size_t bytes = floats * sizeof(float);
    const std::uint32_t total = trips / BATCH * BATCH * REPETITIONS;

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
    std::vector<double> batches_us;
    for (int repetition = 0; repetition < REPETITIONS; ++repetition) {
        batches_us.clear();
        for (std::uint32_t batch = 0; batch < trips / BATCH; ++batch) {
            const auto start = std::chrono::steady_clock::now();
            for (std::uint32_t trip = 0; trip < BATCH; ++trip) {
                std::memcpy(there, own.data(), bytes);
                shared->ping.store(++i, std::memory_order_release);
                while (shared->pong.load(std::memory_order_acquire) != i) {
                    __builtin_ia32_pause();
                }
                std::memcpy(own.data(), back, bytes);
            }
            const std::chrono::duration<double, std::micro> elapsed =
                std::chrono::steady_clock::now() - start;
            batches_us.push_back(elapsed.count() / BATCH);
        }
    }
    std::ranges::nth_element(batches_us, batches_us.begin() + batches_us.size() / 2);
    std::printf("%.4f\n", batches_us[batches_us.size() / 2]);
    waitpid(child, nullptr, 0);
    return 0;
}
