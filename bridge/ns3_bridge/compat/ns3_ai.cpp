// SPDX-License-Identifier: MIT
// The shared memory of ns3-ai's Gym interface, both ends: a managed segment of Boost with two
// messages of 1,024 bytes and four counters. Whoever waits on the other side spins and wakes
// nobody.
//
// What Boost keeps in a segment leads it astray when somebody has tampered with it, up to SIGSEGV.
// So a child process looks where things lie, and this one goes by checked offsets alone.
#include <boost/interprocess/managed_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <initializer_list>
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
constexpr unsigned LOOK_S = 5;
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

/// Where things lie in the file of a segment, in bytes from its start; NOWHERE: there is none.
struct Places {
    std::int64_t to_python;
    std::int64_t to_cpp;
    std::int64_t counters;
    std::int64_t episodes;
};
constexpr std::int64_t NOWHERE = -1;

/// What the child process that looks into a segment writes to its parent.
struct Report {
    Places places{NOWHERE, NOWHERE, NOWHERE, NOWHERE};
    char complaint[256] = "";
};

std::int64_t OffsetIn(const bip::managed_shared_memory& memory, const void* object) {
    if (object == nullptr) {
        return NOWHERE;
    }
    // Boost's address lies some bytes behind the start of the mapping, which starts a page.
    const auto page = static_cast<std::uintptr_t>(bip::mapped_region::get_page_size());
    const auto start = reinterpret_cast<std::uintptr_t>(memory.get_address()) & ~(page - 1);
    return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(object) - start);
}

/// Boost's own lock has no deadline, and whoever held it may have been killed.
template <class Action>
void Locked(bip::managed_shared_memory& memory, Action&& action) {
    const auto until = Clock::now() + LOCK_WAIT;
    while (!memory.try_atomic_func(action)) {
        if (Clock::now() >= until) {
            throw std::runtime_error("it is locked, and whoever holds the lock does not let go");
        }
        std::this_thread::sleep_for(LONGEST_SLEEP);
    }
}

Places CreateSegment(const std::string& name, std::size_t bytes) {
    bip::managed_shared_memory memory(bip::create_only, name.c_str(), bytes);
    try {
        return {OffsetIn(memory, memory.construct<Message>(TO_PYTHON)()),
                OffsetIn(memory, memory.construct<Message>(TO_CPP)()),
                OffsetIn(memory, memory.construct<Counters>(COUNTERS)()), NOWHERE};
    } catch (...) {
        bip::shared_memory_object::remove(name.c_str());
        throw;
    }
}

/// Only for a child process: a segment that was tampered with may end it, or never let it end.
Places LookInto(const std::string& name) {
    bip::managed_shared_memory memory(bip::open_only, name.c_str());
    const bip::shared_memory_object file(bip::open_only, name.c_str(), bip::read_only);
    bip::offset_t bytes = 0;
    if (!file.get_size(bytes) || memory.get_size() != static_cast<std::size_t>(bytes)) {
        throw std::runtime_error("it is no managed segment of Boost");
    }
    Places places{};
    Locked(memory, [&] {
        places.to_python = OffsetIn(memory, memory.find<Message>(TO_PYTHON).first);
        places.to_cpp = OffsetIn(memory, memory.find<Message>(TO_CPP).first);
        places.counters = OffsetIn(memory, memory.find<Counters>(COUNTERS).first);
        places.episodes = NOWHERE;
        if (std::min({places.to_python, places.to_cpp, places.counters}) > NOWHERE) {
            try {
                places.episodes =
                    OffsetIn(memory, memory.find_or_construct<std::uint64_t>(EPISODES)(0));
            } catch (const std::bad_alloc&) {  // no room: whoever counts is told
            }
        }
    });
    if (std::min({places.to_python, places.to_cpp, places.counters}) == NOWHERE) {
        throw std::runtime_error("it holds none of the messages of ns3-ai's Gym interface");
    }
    return places;
}

[[noreturn]] void ReportTo(int pipe, const std::string& name) {
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM}) {
        std::signal(number, SIG_DFL);
    }
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    alarm(LOOK_S);
    Report report;
    try {
        report.places = LookInto(name);
    } catch (const std::exception& error) {
        std::strncpy(report.complaint, error.what(), sizeof report.complaint - 1);
    } catch (...) {
        std::strncpy(report.complaint, "Boost cannot open it", sizeof report.complaint - 1);
    }
    _exit(write(pipe, &report, sizeof report) == sizeof report ? 0 : 1);
}

Places FindPlaces(const std::string& name) {
    const nb::gil_scoped_release released;
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) != 0) {
        throw std::runtime_error(std::strerror(errno));
    }
    const pid_t child = fork();
    if (child == 0) {
        ReportTo(pipe[1], name);
    }
    close(pipe[1]);
    Report report;
    ssize_t n_read = -1;
    while (child > 0 && (n_read = read(pipe[0], &report, sizeof report)) < 0 && errno == EINTR) {
    }
    const bool is_whole = n_read == sizeof report;  // the child's alarm ends the wait
    close(pipe[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    report.complaint[sizeof report.complaint - 1] = '\0';
    if (!is_whole) {
        throw std::runtime_error(child < 0 ? "no process can be started to look into it"
                                           : "it is damaged: it leads Boost astray");
    }
    if (report.complaint[0] != '\0') {
        throw std::runtime_error(report.complaint);
    }
    return report.places;
}

class Segment {
  public:
    Segment(const std::string& name, const Places& places, bool is_agent)
        : m_region(bip::shared_memory_object(bip::open_only, name.c_str(), bip::read_write),
                   bip::read_write),
          m_is_agent(is_agent),
          m_to_python(At<Message>(places.to_python)),
          m_to_cpp(At<Message>(places.to_cpp)),
          m_counters(At<Counters>(places.counters)),
          m_episodes(places.episodes == NOWHERE ? nullptr : At<std::uint64_t>(places.episodes)) {}

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
        if (m_episodes == nullptr) {
            throw std::runtime_error("it has no room left");
        }
        return std::atomic_ref(*m_episodes).fetch_add(1);
    }

  private:
    template <class Object>
    Object* At(std::int64_t offset) {
        if (offset < 0 || offset % alignof(Object) != 0 || sizeof(Object) > m_region.get_size() ||
            static_cast<std::size_t>(offset) > m_region.get_size() - sizeof(Object)) {
            throw std::runtime_error("it is damaged: its messages lie outside of it");
        }
        return reinterpret_cast<Object*>(static_cast<char*>(m_region.get_address()) + offset);
    }

    bip::mapped_region m_region;
    bool m_is_agent;
    Message* m_to_python;
    Message* m_to_cpp;
    Counters* m_counters;
    std::uint64_t* m_episodes;
};

}  // namespace

NB_MODULE(_ns3_ai, module) {
    module.attr("MESSAGE_BYTES") = MESSAGE_BYTES;
    nb::class_<Segment>(module, "Segment")
        .def_static(
            "create",
            [](const std::string& name, std::size_t bytes) {
                return new Segment(name, CreateSegment(name, bytes), true);
            },
            nb::arg("name"), nb::arg("size"), nb::rv_policy::take_ownership)
        .def_static(
            "open",
            [](const std::string& name) { return new Segment(name, FindPlaces(name), false); },
            nb::arg("name"), nb::rv_policy::take_ownership)
        .def("receive", &Segment::Receive, nb::arg("timeout_s"))
        .def("send", &Segment::Send, nb::arg("content"), nb::arg("timeout_s"))
        .def("count_episode", &Segment::CountEpisode);
}
