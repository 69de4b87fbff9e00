// SPDX-License-Identifier: MIT
// The shared memory of ns3-ai's Gym interface, both ends: a managed segment of Boost with two
// messages of 1,024 bytes and four counters. Whoever waits on the other side spins and wakes
// nobody.
#include <boost/interprocess/managed_shared_memory.hpp>

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace nb = nanobind;
namespace bip = boost::interprocess;

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t MESSAGE_BYTES = 1024;
constexpr auto SPIN = std::chrono::microseconds(50);
constexpr auto LONGEST_SLEEP = std::chrono::milliseconds(1);
constexpr Seconds LOCK_WAIT{1.0};
constexpr const char* TO_PYTHON = "My Cpp to Python Msg";
constexpr const char* TO_CPP = "My Python to Cpp Msg";
constexpr const char* COUNTERS = "My Lockable";
constexpr const char* EPISODES = "ns3-twin episodes";

// As ns3-ai lays them out.
struct Message {
    std::uint8_t buffer[MESSAGE_BYTES];
    std::uint32_t size;
};
static_assert(sizeof(Message) == MESSAGE_BYTES + 4);

using Counter = std::atomic<std::uint8_t>;
struct Counters {
    Counter to_python_empty{1};
    Counter to_python_full{0};
    Counter to_cpp_empty{1};
    Counter to_cpp_full{0};
    bool is_finished = false;
};
static_assert(sizeof(Counters) == 5 && Counter::is_always_lock_free);

bool TryTake(Counter& counter) {
    std::uint8_t count = counter.load(std::memory_order_acquire);
    return count != 0 && counter.compare_exchange_strong(count, count - 1);
}

/// Take one of @p counter: spin, then sleep for a 16th of the time already waited.
bool Take(Counter& counter, Seconds timeout) {
    const nb::gil_scoped_release released;
    const auto start = Clock::now();
    for (;;) {
        for (int i = 0; i < 64; ++i) {
            if (TryTake(counter)) {
                return true;
            }
            __builtin_ia32_pause();
        }
        const auto waited = Clock::now() - start;
        if (waited >= timeout) {
            return false;
        }
        if (waited > SPIN) {
            std::this_thread::sleep_for(std::min<Clock::duration>(waited / 16, LONGEST_SLEEP));
        }
    }
}

class Segment {
  public:
    /// The agent's end. The name must be free.
    Segment(bip::create_only_t, const std::string& name, std::size_t bytes)
        : m_memory(bip::create_only, name.c_str(), bytes), m_is_agent(true) {
        try {
            m_to_python = m_memory.construct<Message>(TO_PYTHON)();
            m_to_cpp = m_memory.construct<Message>(TO_CPP)();
            m_counters = m_memory.construct<Counters>(COUNTERS)();
        } catch (...) {
            bip::shared_memory_object::remove(name.c_str());
            throw;
        }
    }

    /// The simulation's end.
    Segment(bip::open_only_t, const std::string& name)
        : m_memory(bip::open_only, name.c_str()), m_is_agent(false) {
        const bip::shared_memory_object file(bip::open_only, name.c_str(), bip::read_only);
        bip::offset_t bytes = 0;
        if (!file.get_size(bytes) || m_memory.get_size() != static_cast<std::size_t>(bytes)) {
            throw std::runtime_error("it is no managed segment of Boost");
        }
        Locked([this] {
            m_to_python = m_memory.find<Message>(TO_PYTHON).first;
            m_to_cpp = m_memory.find<Message>(TO_CPP).first;
            m_counters = m_memory.find<Counters>(COUNTERS).first;
        });
        if (m_to_python == nullptr || m_to_cpp == nullptr || m_counters == nullptr) {
            throw std::runtime_error("it holds none of the messages of ns3-ai's Gym interface");
        }
    }

    /// The peer's next message, or nothing after the time-out.
    std::optional<nb::bytes> Receive(double timeout_s) {
        Message& message = m_is_agent ? *m_to_python : *m_to_cpp;
        if (!Take(m_is_agent ? m_counters->to_python_full : m_counters->to_cpp_full,
                  Seconds(timeout_s))) {
            return std::nullopt;
        }
        const std::size_t size = message.size;
        nb::bytes content(message.buffer, std::min(size, MESSAGE_BYTES));
        ++(m_is_agent ? m_counters->to_python_empty : m_counters->to_cpp_empty);
        if (size > MESSAGE_BYTES) {
            throw std::length_error(std::to_string(size));
        }
        return content;
    }

    /// Returns whether the peer had read its last one before the time-out.
    bool Send(const nb::bytes& content, double timeout_s) {
        if (content.size() > MESSAGE_BYTES) {
            throw std::length_error(std::to_string(content.size()));
        }
        Message& message = m_is_agent ? *m_to_cpp : *m_to_python;
        if (!Take(m_is_agent ? m_counters->to_cpp_empty : m_counters->to_python_empty,
                  Seconds(timeout_s))) {
            return false;
        }
        std::memcpy(message.buffer, content.c_str(), content.size());
        message.size = static_cast<std::uint32_t>(content.size());
        ++(m_is_agent ? m_counters->to_cpp_full : m_counters->to_python_full);
        return true;
    }

    /// How many simulations have called this before, on this segment.
    std::uint64_t CountEpisode() {
        std::uint64_t before = 0;
        Locked([&] { before = (*m_memory.find_or_construct<std::uint64_t>(EPISODES)(0))++; });
        return before;
    }

  private:
    /// Boost's own lock has no deadline, and whoever held it may have been killed.
    template <class Action>
    void Locked(Action&& action) {
        const auto until = Clock::now() + LOCK_WAIT;
        while (!m_memory.try_atomic_func(action)) {
            if (Clock::now() >= until) {
                throw std::runtime_error(
                    "it is locked, and whoever holds the lock does not let go");
            }
            std::this_thread::sleep_for(LONGEST_SLEEP);
        }
    }

    bip::managed_shared_memory m_memory;
    bool m_is_agent;
    Message* m_to_python = nullptr;
    Message* m_to_cpp = nullptr;
    Counters* m_counters = nullptr;
};

}  // namespace

NB_MODULE(_ns3_ai, module) {
    module.attr("MESSAGE_BYTES") = MESSAGE_BYTES;
    nb::class_<Segment>(module, "Segment")
        .def_static(
            "create",
            [](const std::string& name, std::size_t bytes) {
                return new Segment(bip::create_only, name, bytes);
            },
            nb::arg("name"), nb::arg("size"), nb::rv_policy::take_ownership)
        .def_static(
            "open", [](const std::string& name) { return new Segment(bip::open_only, name); },
            nb::arg("name"), nb::rv_policy::take_ownership)
        .def("receive", &Segment::Receive, nb::arg("timeout_s"))
        .def("send", &Segment::Send, nb::arg("content"), nb::arg("timeout_s"))
        .def("count_episode", &Segment::CountEpisode);
}
