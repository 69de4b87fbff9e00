// SPDX-License-Identifier: MIT
#include "futex-wait.h"

#include <boost/test/unit_test.hpp>

#include <thread>

namespace physical {

namespace {

using namespace std::chrono_literals;

constexpr auto PATROL = 10ms;

struct Peer {
    std::atomic<std::uint32_t> word{0};
    std::atomic<std::uint32_t> sleeps{0};

    template <class KeepWaiting>
    bool Wait(Clock::duration spin, Clock::duration deadline, KeepWaiting&& keep_waiting) {
        return WaitForChange(word, 0, sleeps, spin, Clock::now() + deadline, PATROL, keep_waiting);
    }
};

bool Always() {
    return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(futex_wait)

BOOST_AUTO_TEST_CASE(what_has_changed_already_is_not_waited_for) {
    Peer peer;
    peer.word = 1;
    BOOST_TEST(peer.Wait(0s, 0s, Always));
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_a_wait) {
    Peer peer;
    const auto begin = Clock::now();
    BOOST_TEST(!peer.Wait(0s, 30ms, Always));
    BOOST_TEST((Clock::now() - begin >= 30ms));
    BOOST_TEST(peer.sleeps == 0U);
}

BOOST_AUTO_TEST_CASE(who_waits_is_asked_now_and_then_whether_to_go_on) {
    Peer peer;
    int asked = 0;
    BOOST_TEST(!peer.Wait(0s, 1h, [&] { return ++asked < 3; }));
    BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_CASE(a_sleeper_is_woken_long_before_its_patrol) {
    std::atomic<std::uint32_t> word{0};
    std::atomic<std::uint32_t> sleeps{0};
    std::jthread poster([&] {
        while (sleeps == 0) {
            std::this_thread::yield();
        }
        Post(word, 1, sleeps);
    });
    BOOST_TEST(WaitForChange(word, 0, sleeps, 0s, Clock::now() + 1h, 1h, Always));
}

BOOST_AUTO_TEST_CASE(no_wake_up_is_lost_in_many_rounds) {
    constexpr std::uint32_t ROUNDS = 20'000;
    Peer there;
    Peer back;
    const auto wait = [](Peer& peer, std::uint32_t old) {
        // A lost wake-up would sleep until the patrol, an hour later.
        return WaitForChange(peer.word, old, peer.sleeps, 0s, Clock::now() + 1min, 1h, Always);
    };
    std::jthread echo([&] {
        for (std::uint32_t round = 0; round < ROUNDS && wait(there, round); ++round) {
            Post(back.word, round + 1, back.sleeps);
        }
    });
    std::uint32_t round = 0;
    do {
        Post(there.word, round + 1, there.sleeps);
    } while (wait(back, round) && ++round < ROUNDS);
    BOOST_TEST(round == ROUNDS);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
