// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_FUTEX_WAIT_ANY_H
#define PHYSICAL_FUTEX_WAIT_ANY_H

#include "futex-wait.h"

#include <algorithm>
#include <cerrno>
#include <thread>
#include <vector>

namespace physical {

/// A word that a peer will change, and where we say that we sleep until then.
struct WatchedWord {
    const std::atomic<std::uint32_t>* word;
    std::uint32_t old;
    std::atomic<std::uint32_t>* self_sleeps;

    bool HasChanged() const { return word->load(std::memory_order_seq_cst) != old; }
};

/**
 * Sleep until one of @p words has changed, at most for @p longest.
 *
 * Never spins: who waits for many peers leaves them the processors.
 */
inline void SleepUntilAnyChanges(const std::vector<WatchedWord>& words, Clock::duration longest) {
    // As in <linux/futex.h> since Linux 5.16, which may be newer than the headers here.
    struct Waiter {
        std::uint64_t value;
        std::uint64_t address;
        std::uint32_t flags;
        std::uint32_t reserved;
    };
    constexpr long FUTEX_WAITV_CALL = 449;  // x86_64
    constexpr std::uint32_t SHARED_U32 = 2;
    constexpr std::size_t MOST_WAITERS = 128;
    constexpr auto NAP = std::chrono::microseconds(100);

    const auto until =
        Clock::now() +
        (words.size() > MOST_WAITERS ? std::min<Clock::duration>(longest, 10 * NAP) : longest);
    std::vector<Waiter> waiters;
    for (const WatchedWord& watched : words) {
        watched.self_sleeps->store(1, std::memory_order_seq_cst);
        if (waiters.size() < MOST_WAITERS) {
            waiters.push_back(
                {watched.old, reinterpret_cast<std::uintptr_t>(watched.word), SHARED_U32, 0});
        }
    }
    if (std::ranges::none_of(words, &WatchedWord::HasChanged)) {
        const auto until_ns =
            std::chrono::duration_cast<std::chrono::nanoseconds>(until.time_since_epoch()).count();
        const timespec timeout{until_ns / 1'000'000'000, until_ns % 1'000'000'000};
        const long woken =
            syscall(FUTEX_WAITV_CALL, waiters.data(), waiters.size(), 0, &timeout, CLOCK_MONOTONIC);
        if (woken < 0 && (errno == ENOSYS || errno == EPERM)) {  // an older kernel, or a sandbox
            std::this_thread::sleep_until(std::min(until, Clock::now() + NAP));
        }
    }
    for (const WatchedWord& watched : words) {
        watched.self_sleeps->store(0, std::memory_order_seq_cst);
    }
}

}  // namespace physical

#endif
