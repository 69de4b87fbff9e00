// SPDX-License-Identifier: MIT
// The agent's end of the shared memory: what needs atomics, futexes and the GIL released.
#include "channel-layout.h"
#include "futex-wait-any.h"
#include "futex-wait.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

namespace nb = nanobind;

namespace {

using physical::ChannelHeader;
using physical::Clock;

constexpr auto PATROL = std::chrono::milliseconds(20);

enum class Outcome { ANSWERED, DEADLINE, DIED, CORRUPTED, BUSY };

class AgentChannel {
  public:
    AgentChannel(int channel_fd, int pid_fd) : m_pid_fd(pid_fd) {
        void* memory =
            mmap(nullptr, sizeof(ChannelHeader), PROT_READ | PROT_WRITE, MAP_SHARED, channel_fd, 0);
        if (memory == MAP_FAILED) {
            throw std::system_error(errno, std::generic_category(), "cannot map the channel");
        }
        m_header = static_cast<ChannelHeader*>(memory);
    }

    ~AgentChannel() { munmap(m_header, sizeof(ChannelHeader)); }
    AgentChannel(const AgentChannel&) = delete;
    AgentChannel& operator=(const AgentChannel&) = delete;

    ChannelHeader& Header() { return *m_header; }

    /// How long each side spins before it sleeps in the kernel.
    void SetSpin(std::uint32_t agent_us, std::uint32_t simulator_us) {
        m_spin = std::chrono::microseconds(agent_us);
        m_header->simulator_spin_us.store(simulator_us, std::memory_order_relaxed);
    }

    void Post(physical::Command command) {
        m_is_posted = true;
        m_header->command = command;
        physical::Post(m_header->action_seq, m_seq, m_header->simulator_sleeps);
    }

    /// Wait for the next observation. Serves Python's signals while it sleeps.
    Outcome Wait(double deadline_s) {
        const auto start = Clock::now();
        // To let the GIL go and to get it back takes as long as the answer of a fast simulator.
        const Outcome outcome = physical::LookForChange(m_header->observation_seq, m_seq)
                                    ? Outcome::ANSWERED
                                    : WaitWithoutGil(start, deadline_s);
        m_waited += Clock::now() - start;
        if (outcome == Outcome::ANSWERED) {
            ++m_seq;
            m_is_posted = false;
            return IsIntact() ? Outcome::ANSWERED : Outcome::CORRUPTED;
        }
        return outcome;
    }

    /// `Post` and `Wait`; BUSY: another thread waits for the answer to what it has posted.
    Outcome Step(double deadline_s) {
        if (m_is_posted) {
            return Outcome::BUSY;
        }
        Post(physical::Command::STEP);
        return Wait(deadline_s);
    }

    /**
     * Ask the simulator to end, also where nobody has waited for its last observation.
     *
     * @return false if it simulates: then it hears nobody
     */
    bool Stop() {
        const std::uint32_t last = m_header->observation_seq.load();
        if (m_header->action_seq.load() == last) {
            return false;
        }
        m_header->command = physical::Command::STOP;
        physical::Post(m_header->action_seq, last, m_header->simulator_sleeps);
        return true;
    }

    void PostBranch(std::int64_t run, std::uint64_t memory_bytes) {
        m_header->branch_run = run;
        m_header->branch_memory_bytes = memory_bytes;
        Post(physical::Command::BRANCH);
    }

    /// What changes with the next observation.
    physical::WatchedWord Watched() const {
        return {&m_header->observation_seq, m_seq, &m_header->agent_sleeps};
    }

    bool SimulatorIsDead() const {
        pollfd watched{m_pid_fd, POLLIN, 0};
        return m_pid_fd >= 0 && poll(&watched, 1, 0) > 0;
    }

    double WaitedSeconds() const { return std::chrono::duration<double>(m_waited).count(); }

    std::string Message() const {
        return {m_header->message, strnlen(m_header->message, physical::MESSAGE_BYTES)};
    }

  private:
    Outcome WaitWithoutGil(Clock::time_point start, double deadline_s) {
        Outcome outcome = Outcome::DEADLINE;
        bool interrupted = false;
        {
            nb::gil_scoped_release released;
            const auto deadline = start + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(deadline_s));
            const bool answered =
                physical::WaitForChange(m_header->observation_seq, m_seq, m_header->agent_sleeps,
                                        m_spin, deadline, PATROL, [&] {
                                            if (SimulatorIsDead()) {
                                                outcome = Outcome::DIED;
                                                return false;
                                            }
                                            nb::gil_scoped_acquire acquired;
                                            interrupted = PyErr_CheckSignals() != 0;
                                            return !interrupted;
                                        });
            // It may have published its last observation and died between our two looks.
            if (answered || m_header->observation_seq.load() != m_seq) {
                outcome = Outcome::ANSWERED;
            }
        }
        if (interrupted) {
            throw nb::python_error();
        }
        return outcome;
    }

    /// Is the header as it must be after an observation?
    bool IsIntact() const {
        return m_header->magic == physical::CHANNEL_MAGIC &&
               m_header->observation_seq.load() == m_seq;
    }

    int m_pid_fd;
    Clock::duration m_spin{};
    Clock::duration m_waited{};
    ChannelHeader* m_header = nullptr;
    std::uint32_t m_seq = 0;
    bool m_is_posted = false;  // changes under the GIL only
};

/**
 * Wait until at least one of the simulators has published an observation or died.
 *
 * @return positions of all that have; none at the deadline
 */
std::vector<std::size_t> WaitAny(const std::vector<const AgentChannel*>& channels,
                                 double deadline_s) {
    nb::gil_scoped_release released;
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                             std::chrono::duration<double>(deadline_s));
    std::vector<physical::WatchedWord> words;
    for (const AgentChannel* channel : channels) {
        words.push_back(channel->Watched());
    }
    std::vector<std::size_t> ready;
    for (bool look_for_dead = false;; look_for_dead = true) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (words[i].HasChanged() || (look_for_dead && channels[i]->SimulatorIsDead())) {
                ready.push_back(i);
            }
        }
        const auto left = std::min<Clock::duration>(deadline - Clock::now(), PATROL);
        if (!ready.empty() || left <= Clock::duration::zero()) {
            return ready;
        }
        physical::SleepUntilAnyChanges(words, left);
        nb::gil_scoped_acquire acquired;
        if (PyErr_CheckSignals() != 0) {
            throw nb::python_error();
        }
    }
}

/// Give the memory of the first @p end bytes back to the system, in whole pages.
void PunchHole(int fd, std::int64_t end) {
    constexpr std::int64_t PAGE = 4096;
    const std::int64_t length = end / PAGE * PAGE;
    if (length > 0 && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, length) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot free read records");
    }
}

template <auto Member>
auto Read(AgentChannel& channel) {
    return channel.Header().*Member;
}

}  // namespace

NB_MODULE(_native, module) {
    module.attr("PROTOCOL_VERSION") = physical::PROTOCOL_VERSION;
    module.attr("MAGIC") = physical::CHANNEL_MAGIC;
    module.attr("HEADER_BYTES") = sizeof(ChannelHeader);
    module.attr("F_ADD_SEALS") = F_ADD_SEALS;
    module.attr("F_GET_SEALS") = F_GET_SEALS;
    module.attr("F_SEAL_SHRINK") = F_SEAL_SHRINK;
    module.attr("F_SEAL_GROW") = F_SEAL_GROW;

    nb::enum_<physical::Status>(module, "Status", nb::is_arithmetic())
        .value("RUNNING", physical::Status::RUNNING)
        .value("TRUNCATED", physical::Status::TRUNCATED)
        .value("TERMINATED", physical::Status::TERMINATED)
        .value("INVALID_ACTION", physical::Status::INVALID_ACTION)
        .value("BRANCH_REFUSED", physical::Status::BRANCH_REFUSED);
    nb::enum_<physical::Command>(module, "Command")
        .value("STEP", physical::Command::STEP)
        .value("STOP", physical::Command::STOP)
        .value("BRANCH", physical::Command::BRANCH);
    nb::enum_<Outcome>(module, "Outcome")
        .value("ANSWERED", Outcome::ANSWERED)
        .value("DEADLINE", Outcome::DEADLINE)
        .value("DIED", Outcome::DIED)
        .value("CORRUPTED", Outcome::CORRUPTED)
        .value("BUSY", Outcome::BUSY);

    module.def("punch_hole", &PunchHole, nb::arg("fd"), nb::arg("end"));

    module.def("wait_any", &WaitAny, nb::arg("channels"), nb::arg("deadline_s"));

    nb::class_<AgentChannel>(module, "AgentChannel")
        .def(nb::init<int, int>(), nb::arg("channel_fd"), nb::arg("pid_fd"))
        .def("set_spin", &AgentChannel::SetSpin, nb::arg("agent_us"), nb::arg("simulator_us"))
        .def("post", &AgentChannel::Post, nb::arg("command"))
        .def("stop", &AgentChannel::Stop)
        .def("wait", &AgentChannel::Wait, nb::arg("deadline_s"))
        .def("step", &AgentChannel::Step, nb::arg("deadline_s"))
        .def("post_branch", &AgentChannel::PostBranch, nb::arg("run"), nb::arg("memory_bytes"))
        .def_prop_ro("branch_pid", &Read<&ChannelHeader::branch_pid>)
        .def_prop_ro("waited_s", &AgentChannel::WaitedSeconds)
        .def_prop_ro("message", &AgentChannel::Message)
        .def_prop_ro("magic", &Read<&ChannelHeader::magic>)
        .def_prop_ro("protocol_version", &Read<&ChannelHeader::protocol_version>)
        .def_prop_ro("total_bytes", &Read<&ChannelHeader::total_bytes>)
        .def_prop_ro("schema_offset", &Read<&ChannelHeader::schema_offset>)
        .def_prop_ro("schema_bytes", &Read<&ChannelHeader::schema_bytes>)
        .def_prop_ro("observation_offset", &Read<&ChannelHeader::observation_offset>)
        .def_prop_ro("observation_bytes", &Read<&ChannelHeader::observation_bytes>)
        .def_prop_ro("action_offset", &Read<&ChannelHeader::action_offset>)
        .def_prop_ro("action_bytes", &Read<&ChannelHeader::action_bytes>)
        .def_prop_ro("status", &Read<&ChannelHeader::status>)
        .def_prop_ro("slot", &Read<&ChannelHeader::slot>)
        .def_prop_ro("time_s", &Read<&ChannelHeader::time_s>)
        .def_prop_ro("reward", &Read<&ChannelHeader::reward>)
        .def_prop_ro("events", &Read<&ChannelHeader::events>)
        .def_prop_ro("records_bytes", &Read<&ChannelHeader::records_bytes>);
}
