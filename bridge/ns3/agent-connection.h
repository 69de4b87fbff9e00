// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AGENT_CONNECTION_H
#define PHYSICAL_AGENT_CONNECTION_H

#include "schema.h"
#include "simulator-channel.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace physical {

/// The agent of a program; without one the fields have memory of the program's own.
class AgentConnection {
  public:
    /// Connect to the agent that the environment names, if there is one.
    /// @param why_no_branches empty: the simulation can be branched
    /// @param reseed assigns every random stream anew; empty: there is no such function
    void Open(Schema& schema, const std::string& why_no_branches, std::function<void()> reseed);

    bool HasAgent() const { return m_channel != nullptr; }

    /// SimulatorChannel::Exchange; without an agent records are dropped and all goes on.
    Command Exchange(const SlotReport& report);

  private:
    Schema* m_schema = nullptr;
    std::unique_ptr<SimulatorChannel> m_channel;
    std::vector<std::byte> m_own_memory;
};

}  // namespace physical

#endif
