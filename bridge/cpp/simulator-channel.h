// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_SIMULATOR_CHANNEL_H
#define PHYSICAL_SIMULATOR_CHANNEL_H

#include "channel-layout.h"
#include "descriptor-socket.h"
#include "futex-wait.h"
#include "schema.h"

#include <functional>
#include <memory>
#include <stdexcept>

namespace physical {

/// The agent gave no answer within its deadline, or spoke out of turn.
class AgentError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What the simulator tells the agent at the start of a slot, beside the fields.
struct SlotReport {
    Status status;
    std::int64_t slot;
    double time_s;
    double reward;
    std::uint64_t events;
};

/**
 * The simulator's end of the shared memory.
 *
 * The agent starts the simulator with these environment variables:
 *   NS3_TWIN_CHANNEL_FD        memfd of the channel, at least one header long
 *   NS3_TWIN_RECORDS_FD        memfd to which the records of tables are appended
 *   NS3_TWIN_CONTROL_FD        socket over which the descriptors of a branch come (optional)
 *   NS3_TWIN_AGENT_PID         the agent's process: the simulator ends when it does
 *   NS3_TWIN_AGENT_DEADLINE_S  how long the simulator waits for an action
 */
class SimulatorChannel {
  public:
    /// @return the channel that the environment names, or nothing if there is no agent
    static std::unique_ptr<SimulatorChannel> FromEnvironment();

    ~SimulatorChannel();
    SimulatorChannel(const SimulatorChannel&) = delete;
    SimulatorChannel& operator=(const SimulatorChannel&) = delete;

    /// Size the memory for @p schema, write its declaration there and attach its fields.
    void Open(Schema& schema);

    /// Say how a branch gets random numbers of its own; without it none can have them.
    void OnReseed(std::function<void(std::uint64_t run)> reseed) { m_reseed = std::move(reseed); }

    /// Answer whoever asks for a branch why there is none. @param why empty: there are branches
    void RefuseBranches(std::string why) { m_why_no_branches = std::move(why); }

    /// Publish the observation in memory, wait for a valid action.
    ///
    /// Whenever the agent asks for a branch meanwhile, the process forks; in the new process this
    /// object is the end of the new channel, and the call returns when an action comes there.
    /// @throws AgentError when none comes in time
    Command Exchange(const SlotReport& report);

  private:
    SimulatorChannel(Descriptor channel, Descriptor records, Descriptor control, double deadline_s);

    Command Await(const SlotReport& report, Status status);
    void FlushRecords();
    void AttachFields();
    ChannelHeader* Map(int channel_fd) const;
    void Unmap(ChannelHeader* header) const;
    /// @return the status to publish next, in both processes
    Status Branch(Status present);
    Status Refuse(Status why, const std::string& message);
    ChannelHeader* CopyChannel(int channel_fd) const;
    void Adopt(BranchDescriptors descriptors, ChannelHeader* header);

    Descriptor m_channel;
    Descriptor m_records;
    Descriptor m_control;
    Clock::duration m_deadline;
    std::size_t m_bytes = 0;
    ChannelHeader* m_header = nullptr;
    Schema* m_schema = nullptr;
    std::uint64_t m_records_bytes = 0;
    std::function<void(std::uint64_t)> m_reseed;
    std::string m_why_no_branches;
};

}  // namespace physical

#endif
