// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_FUTEX_WAIT_H
#define PHYSICAL_FUTEX_WAIT_H

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <ctime>

namespace physical {

using Clock = std::chrono::steady_clock;

/// Publish @p value in @p word and wake the peer if, and only if, it sleeps.
inline void Post(std::atomic<std::uint32_t>& word,
                 std::uint32_t value,
                 const std::atomic<std::uint32_t>& peer_sleeps) {
    // Sequential consistency on both sides: either the peer sees the new word before it sleeps, or
    // we see that it sleeps. Without it a wake-up could be lost.
    word.store(value, std::memory_order_seq_cst);
    if (peer_sleeps.load(std::memory_order_seq_cst) != 0) {
        syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }
}

/// Look at @p word a few times, for some microseconds: does it differ from @p old?
inline bool LookForChange(const std::atomic<std::uint32_t>& word, std::uint32_t old) {
    for (int i = 0; i < 64; ++i) {
        if (word.load(std::memory_order_acquire) != old) {
            return true;
        }
        __builtin_ia32_pause();
    }
    return false;
}

/**
 * Wait until @p word differs from @p old: spin for at most @p spin, then sleep on the futex.
 *
 * Who spins longer than a look leaves the processor to whoever else wants it.
 *
 * @param keep_waiting called after every @p patrol of sleep; false ends the wait
 * @return true if the word has changed, false at the deadline or when keep_waiting said so
 */
template <class KeepWaiting>
bool WaitForChange(const std::atomic<std::uint32_t>& word,
                   std::uint32_t old,
                   std::atomic<std::uint32_t>& self_sleeps,
                   Clock::duration spin,
                   Clock::time_point deadline,
                   Clock::duration patrol,
                   KeepWaiting&& keep_waiting) {
    const auto spin_until = std::min(Clock::now() + spin, deadline);
    do {
        if (LookForChange(word, old)) {
            return true;
        }
        sched_yield();
    } while (Clock::now() < spin_until);

    while (word.load(std::memory_order_acquire) == old) {
        const auto left = std::min<Clock::duration>(deadline - Clock::now(), patrol);
        if (left <= Clock::duration::zero()) {
            return false;
        }
        const auto left_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
        const timespec timeout{left_ns / 1'000'000'000, left_ns % 1'000'000'000};
        self_sleeps.store(1, std::memory_order_seq_cst);
        if (word.load(std::memory_order_seq_cst) == old) {
            syscall(SYS_futex, &word, FUTEX_WAIT, old, &timeout, nullptr, 0);
        }
        self_sleeps.store(0, std::memory_order_seq_cst);
        if (word.load(std::memory_order_acquire) == old && !keep_waiting()) {
            return false;
        }
    }
    return true;
}

}  // namespace physical

#endif
