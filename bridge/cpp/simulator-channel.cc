// SPDX-License-Identifier: MIT
#include "simulator-channel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

namespace twin {

namespace {

constexpr auto SPIN = std::chrono::microseconds(200);  // a fast agent answers without a wake-up
constexpr auto PATROL = std::chrono::seconds(1);
constexpr std::size_t PAGE = 4096;

pid_t g_agent_pid = 0;

std::system_error SystemError(const std::string& what) {
    return {errno, std::generic_category(), what};
}

/// PR_SET_PDEATHSIG fires when the *thread* that started us ends; only the end of the whole
/// process counts, which shows in our parent.
void ExitIfOrphan(int /*signal*/) {
    if (getppid() != g_agent_pid) {
        _exit(128 + SIGHUP);
    }
}

void DieWithAgent(pid_t agent_pid) {
    g_agent_pid = agent_pid;
    const int death_signal = SIGRTMIN + 1;
    struct sigaction action{};
    action.sa_handler = ExitIfOrphan;
    action.sa_flags = SA_RESTART;
    sigaction(death_signal, &action, nullptr);
    prctl(PR_SET_PDEATHSIG, death_signal);
    ExitIfOrphan(death_signal);  // it may have gone before we asked to be told
}

double EnvironmentNumber(const char* name) {
    const char* text = std::getenv(name);
    char* end = nullptr;
    const double value = text != nullptr ? std::strtod(text, &end) : 0;
    if (text == nullptr || end == text || *end != '\0') {
        throw AgentError(std::string(name) + " must hold a number, not \"" +
                         (text != nullptr ? text : "") + "\"");
    }
    return value;
}

std::size_t RoundUp(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

}  // namespace

std::unique_ptr<SimulatorChannel> SimulatorChannel::FromEnvironment() {
    if (std::getenv("NS3_TWIN_CHANNEL_FD") == nullptr) {
        return nullptr;
    }
    DieWithAgent(static_cast<pid_t>(EnvironmentNumber("NS3_TWIN_AGENT_PID")));
    return std::unique_ptr<SimulatorChannel>(
        new SimulatorChannel(static_cast<int>(EnvironmentNumber("NS3_TWIN_CHANNEL_FD")),
                             static_cast<int>(EnvironmentNumber("NS3_TWIN_RECORDS_FD")),
                             EnvironmentNumber("NS3_TWIN_AGENT_DEADLINE_S")));
}

SimulatorChannel::SimulatorChannel(int channel_fd, int records_fd, double deadline_s)
    : m_channel_fd(channel_fd),
      m_records_fd(records_fd),
      m_deadline(
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(deadline_s))) {}

SimulatorChannel::~SimulatorChannel() {
    if (m_header != nullptr) {
        munmap(m_header, m_bytes);
    }
    close(m_channel_fd);
    close(m_records_fd);
}

void SimulatorChannel::Open(Schema& schema) {
    m_schema = &schema;
    const std::string declaration = schema.ToJson();
    const std::size_t schema_offset = sizeof(ChannelHeader);
    const std::size_t observation_offset = RoundUp(schema_offset + declaration.size(), PAGE);
    const std::size_t action_offset = RoundUp(observation_offset + schema.ObservationBytes(), PAGE);
    m_bytes = RoundUp(action_offset + schema.ActionBytes(), PAGE);

    // Sealed against a change of size: neither side can make the other fault on a lost page.
    if (ftruncate(m_channel_fd, static_cast<off_t>(m_bytes)) != 0 ||
        fcntl(m_channel_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        throw SystemError("cannot size the channel");
    }
    void* memory = mmap(nullptr, m_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, m_channel_fd, 0);
    if (memory == MAP_FAILED) {
        throw SystemError("cannot map the channel");
    }
    m_header = static_cast<ChannelHeader*>(memory);
    m_header->magic = CHANNEL_MAGIC;
    m_header->protocol_version = PROTOCOL_VERSION;
    m_header->header_bytes = sizeof(ChannelHeader);
    m_header->total_bytes = m_bytes;
    m_header->schema_offset = schema_offset;
    m_header->schema_bytes = declaration.size();
    m_header->observation_offset = observation_offset;
    m_header->observation_bytes = schema.ObservationBytes();
    m_header->action_offset = action_offset;
    m_header->action_bytes = schema.ActionBytes();
    auto* base = static_cast<std::byte*>(memory);
    std::memcpy(base + schema_offset, declaration.data(), declaration.size());
    schema.Attach(base + observation_offset, base + action_offset);
}

Command SimulatorChannel::Exchange(const SlotReport& report) {
    FlushRecords();
    Command command = Await(report, report.status);
    while (command == Command::STEP && report.status == Status::RUNNING) {
        const auto wrong = m_schema->FindInvalidAction();
        if (!wrong) {
            break;
        }
        std::strncpy(m_header->message, wrong->c_str(), MESSAGE_BYTES - 1);
        command = Await(report, Status::INVALID_ACTION);
    }
    return command;
}

Command SimulatorChannel::Await(const SlotReport& report, Status status) {
    m_header->status = status;
    m_header->slot = report.slot;
    m_header->time_s = report.time_s;
    m_header->reward = report.reward;
    m_header->events = report.events;
    m_header->records_bytes = m_records_bytes;

    const std::uint32_t previous = m_header->observation_seq.load(std::memory_order_relaxed);
    const std::uint32_t seq = previous + 1;
    Post(m_header->observation_seq, seq, m_header->agent_sleeps);
    const bool answered =
        WaitForChange(m_header->action_seq, previous, m_header->simulator_sleeps, SPIN,
                      Clock::now() + m_deadline, PATROL, [] { return true; });
    if (!answered) {
        throw AgentError("the agent gave no action for slot " + std::to_string(report.slot) +
                         " within " +
                         std::to_string(std::chrono::duration<double>(m_deadline).count()) + " s");
    }
    const std::uint32_t seen = m_header->action_seq.load(std::memory_order_acquire);
    if (seen != seq) {
        throw AgentError("the agent answered observation " + std::to_string(seen) +
                         ", expected an answer to " + std::to_string(seq));
    }
    return m_header->command;
}

void SimulatorChannel::FlushRecords() {
    auto append = [this](const void* bytes, std::size_t count) {
        const auto* cursor = static_cast<const char*>(bytes);
        while (count > 0) {
            const ssize_t written =
                pwrite(m_records_fd, cursor, count, static_cast<off_t>(m_records_bytes));
            if (written < 0) {
                if (errno == EINTR) {
                    continue;
                }
                throw SystemError("cannot write the records");
            }
            cursor += written;
            count -= static_cast<std::size_t>(written);
            m_records_bytes += static_cast<std::uint64_t>(written);
        }
    };
    std::uint32_t index = 0;
    for (Table& table : m_schema->Tables()) {
        if (table.PendingRows() > 0) {
            const std::uint32_t block[2] = {index, static_cast<std::uint32_t>(table.PendingRows())};
            append(block, sizeof block);
            append(table.PendingBytes().data(), table.PendingBytes().size());
            table.ClearPending();
        }
        ++index;
    }
}

}  // namespace twin
