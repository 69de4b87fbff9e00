// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_CHANNEL_LAYOUT_H
#define PHYSICAL_CHANNEL_LAYOUT_H

#include <atomic>
#include <cstddef>
#include <cstdint>

/// The shared memory between one simulator and one agent, as bridge/PROTOCOL.md describes it.
namespace physical {

inline constexpr std::uint64_t CHANNEL_MAGIC = 0x016e69777433736e;  // "ns3twin\x01", little endian
inline constexpr std::uint32_t PROTOCOL_VERSION = 3;
inline constexpr std::size_t MESSAGE_BYTES = 1024;

/// What the simulator says with an observation.
enum class Status : std::uint32_t {
    RUNNING = 0,         ///< the observation is the start of a slot; an action is awaited
    TRUNCATED = 1,       ///< the configured duration is over; this is the last observation
    TERMINATED = 2,      ///< the scenario reached an end state; this is the last observation
    INVALID_ACTION = 3,  ///< the last action was refused (see message); another is awaited
    BRANCH_REFUSED = 4,  ///< no branch was made (see message); a command is awaited
};

/// What the agent wants with an action.
enum class Command : std::uint32_t {
    STEP = 0,    ///< enforce the action and simulate one slot
    STOP = 1,    ///< end the simulation in an orderly way
    BRANCH = 2,  ///< fork: a second simulator goes on from here, on the channel sent to the socket
};

/// First bytes of the shared memory. Each side writes only its own cache lines.
struct ChannelHeader {
    // Written once by the simulator, before the first observation.
    std::uint64_t magic;
    std::uint32_t protocol_version;
    std::uint32_t header_bytes;
    std::uint64_t total_bytes;
    std::uint64_t schema_offset;
    std::uint64_t schema_bytes;
    std::uint64_t observation_offset;
    std::uint64_t observation_bytes;
    std::uint64_t action_offset;
    std::uint64_t action_bytes;

    // Written by the simulator with each observation.
    alignas(64) std::atomic<std::uint32_t> observation_seq;  ///< futex word of the agent
    std::atomic<std::uint32_t> simulator_sleeps;             ///< the simulator is in futex wait
    Status status;
    std::int32_t branch_pid;  ///< process of the last branch
    std::int64_t slot;
    double time_s;
    double reward;
    std::uint64_t events;         ///< events that the simulator has executed so far
    std::uint64_t records_bytes;  ///< end of the record stream so far

    // Written by the agent with each action.
    alignas(64) std::atomic<std::uint32_t> action_seq;  ///< futex word of the simulator
    std::atomic<std::uint32_t> agent_sleeps;            ///< the agent is in futex wait
    Command command;
    std::atomic<std::uint32_t> simulator_spin_us;  ///< for how long it spins before it sleeps
    std::int64_t branch_run;                       ///< run number of the branch; -1: its parent's
    std::uint64_t branch_memory_bytes;  ///< by how much the branch may grow; 0: without limit

    // Written by the simulator with INVALID_ACTION and BRANCH_REFUSED: zero-terminated UTF-8.
    alignas(64) char message[MESSAGE_BYTES];
};

// The numbers of PROTOCOL.md: an agent in another language relies on them.
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(offsetof(ChannelHeader, observation_seq) == 128);
static_assert(offsetof(ChannelHeader, branch_pid) == 140);
static_assert(offsetof(ChannelHeader, action_seq) == 192);
static_assert(offsetof(ChannelHeader, simulator_spin_us) == 204);
static_assert(offsetof(ChannelHeader, branch_run) == 208);
static_assert(offsetof(ChannelHeader, message) == 256);
static_assert(sizeof(ChannelHeader) == 1280);

}  // namespace physical

#endif
