// SPDX-License-Identifier: MIT
#include "simulator-channel.h"

#include "simulator-process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace physical {

namespace {

constexpr auto PATROL = std::chrono::seconds(1);
constexpr std::size_t PAGE = 4096;

std::system_error SystemError(const std::string& what) {
    return {errno, std::generic_category(), what};
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

Descriptor EnvironmentDescriptor(const char* name) {
    return Descriptor(static_cast<int>(EnvironmentNumber(name)));
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
    const bool branches = std::getenv("NS3_TWIN_CONTROL_FD") != nullptr;
    return std::unique_ptr<SimulatorChannel>(new SimulatorChannel(
        EnvironmentDescriptor("NS3_TWIN_CHANNEL_FD"), EnvironmentDescriptor("NS3_TWIN_RECORDS_FD"),
        branches ? EnvironmentDescriptor("NS3_TWIN_CONTROL_FD") : Descriptor(),
        EnvironmentNumber("NS3_TWIN_AGENT_DEADLINE_S")));
}

SimulatorChannel::SimulatorChannel(Descriptor channel,
                                   Descriptor records,
                                   Descriptor control,
                                   double deadline_s)
    : m_channel(std::move(channel)),
      m_records(std::move(records)),
      m_control(std::move(control)),
      m_deadline(
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(deadline_s))) {}

SimulatorChannel::~SimulatorChannel() {
    Unmap(m_header);
}

void SimulatorChannel::Open(Schema& schema) {
    m_schema = &schema;
    const std::string declaration = schema.ToJson();
    const std::size_t schema_offset = sizeof(ChannelHeader);
    const std::size_t observation_offset = RoundUp(schema_offset + declaration.size(), PAGE);
    const std::size_t action_offset = RoundUp(observation_offset + schema.ObservationBytes(), PAGE);
    m_bytes = RoundUp(action_offset + schema.ActionBytes(), PAGE);

    // Sealed against a change of size: neither side can make the other fault on a lost page.
    if (ftruncate(m_channel.Get(), static_cast<off_t>(m_bytes)) != 0 ||
        fcntl(m_channel.Get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        throw SystemError("cannot size the channel");
    }
    m_header = Map(m_channel.Get());
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
    std::memcpy(reinterpret_cast<std::byte*>(m_header) + schema_offset, declaration.data(),
                declaration.size());
    AttachFields();
}

void SimulatorChannel::AttachFields() {
    auto* base = reinterpret_cast<std::byte*>(m_header);
    m_schema->Attach(base + m_header->observation_offset, base + m_header->action_offset);
}

ChannelHeader* SimulatorChannel::Map(int channel_fd) const {
    void* memory = mmap(nullptr, m_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, channel_fd, 0);
    if (memory == MAP_FAILED) {
        throw SystemError("cannot map the channel");
    }
    return static_cast<ChannelHeader*>(memory);
}

void SimulatorChannel::Unmap(ChannelHeader* header) const {
    if (header != nullptr) {
        munmap(header, m_bytes);
    }
}

Command SimulatorChannel::Exchange(const SlotReport& report) {
    FlushRecords();
    Status status = report.status;
    for (;;) {
        const Command command = Await(report, status);
        status = report.status;
        if (command == Command::BRANCH) {
            status = Branch(report.status);
            continue;
        }
        if (command == Command::STEP && report.status == Status::RUNNING) {
            if (const auto wrong = m_schema->FindInvalidAction()) {
                status = Refuse(Status::INVALID_ACTION, *wrong);
                continue;
            }
        }
        return command;
    }
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
    const std::chrono::microseconds spin(
        m_header->simulator_spin_us.load(std::memory_order_relaxed));
    const bool answered =
        WaitForChange(m_header->action_seq, previous, m_header->simulator_sleeps, spin,
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

Status SimulatorChannel::Refuse(Status why, const std::string& message) {
    std::strncpy(m_header->message, message.c_str(), MESSAGE_BYTES - 1);
    return why;
}

Status SimulatorChannel::Branch(Status present) {
    auto descriptors = ReceiveBranchDescriptors(m_control.Get());
    if (!descriptors) {
        return Refuse(Status::BRANCH_REFUSED,
                      "no message with four descriptors came over NS3_TWIN_CONTROL_FD");
    }
    if (!m_why_no_branches.empty()) {
        return Refuse(Status::BRANCH_REFUSED, m_why_no_branches);
    }
    const int seals = fcntl(descriptors->channel.Get(), F_GET_SEALS);
    struct stat file{};
    if (fstat(descriptors->channel.Get(), &file) != 0 || seals < 0 ||
        (seals & F_SEAL_SHRINK) == 0 || static_cast<std::size_t>(file.st_size) != m_bytes) {
        return Refuse(Status::BRANCH_REFUSED,
                      "the channel of the branch must be a memory file of " +
                          std::to_string(m_bytes) + " bytes, sealed against shrinking");
    }
    const std::int64_t run = m_header->branch_run;
    if (run >= 0 && !m_reseed) {
        return Refuse(Status::BRANCH_REFUSED,
                      "this simulator cannot change its random numbers (branch_run)");
    }
    ChannelHeader* header = nullptr;
    pid_t pid = 0;
    try {
        header = CopyChannel(descriptors->channel.Get());
        pid = ForkSibling();
    } catch (const std::system_error& error) {
        Unmap(header);
        return Refuse(Status::BRANCH_REFUSED, error.what());
    }
    if (pid != 0) {
        Unmap(header);
        m_header->branch_pid = pid;
        return present;
    }
    Adopt(std::move(*descriptors), header);
    if (run >= 0) {
        m_reseed(static_cast<std::uint64_t>(run));
    }
    return present;
}

/// Declarations, observation and preset action stay what they are; the counters and commands
/// between begin anew. Before the fork: once we have answered, our agent may change our channel.
ChannelHeader* SimulatorChannel::CopyChannel(int channel_fd) const {
    ChannelHeader* header = Map(channel_fd);
    auto copy = [&](std::size_t begin, std::size_t end) {
        std::memcpy(reinterpret_cast<std::byte*>(header) + begin,
                    reinterpret_cast<const std::byte*>(m_header) + begin, end - begin);
    };
    copy(0, offsetof(ChannelHeader, observation_seq));
    copy(sizeof(ChannelHeader), m_bytes);
    return header;
}

/// Only in the new process: leave the parent's channel for our own.
void SimulatorChannel::Adopt(BranchDescriptors descriptors, ChannelHeader* header) {
    if (dup2(descriptors.output.Get(), STDOUT_FILENO) < 0 ||
        dup2(descriptors.output.Get(), STDERR_FILENO) < 0) {
        throw SystemError("cannot take over the output");
    }
    if (m_header->branch_memory_bytes > 0) {
        LimitGrowth(m_header->branch_memory_bytes);
    }
    Unmap(std::exchange(m_header, header));
    m_channel = std::move(descriptors.channel);
    m_records = std::move(descriptors.records);
    m_control = std::move(descriptors.control);
    m_records_bytes = 0;
    AttachFields();
}

void SimulatorChannel::FlushRecords() {
    auto append = [this](const void* bytes, std::size_t count) {
        const auto* cursor = static_cast<const char*>(bytes);
        while (count > 0) {
            const ssize_t written =
                pwrite(m_records.Get(), cursor, count, static_cast<off_t>(m_records_bytes));
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

}  // namespace physical
