// SPDX-License-Identifier: MIT
#ifndef TWIN_SIMULATOR_CHANNEL_H
#define TWIN_SIMULATOR_CHANNEL_H

#include "channel-layout.h"
#include "futex-wait.h"
#include "schema.h"

#include <memory>
#include <stdexcept>

namespace twin {

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

    /// Publish the observation in memory, wait for a valid action.
    /// @throws AgentError when none comes in time
    Command Exchange(const SlotReport& report);

  private:
    SimulatorChannel(int channel_fd, int records_fd, double deadline_s);

    Command Await(const SlotReport& report, Status status);
    void FlushRecords();

    int m_channel_fd;
    int m_records_fd;
    Clock::duration m_deadline;
    std::size_t m_bytes = 0;
    ChannelHeader* m_header = nullptr;
    Schema* m_schema = nullptr;
    std::uint64_t m_records_bytes = 0;
};

}  // namespace twin

#endif
