// SPDX-License-Identifier: GPL-2.0-only
#include "agent-connection.h"

#include "ns3/rng-seed-manager.h"

#include <cstdint>
#include <utility>

namespace physical {

void AgentConnection::Open(Schema& schema,
                           const std::string& why_no_branches,
                           std::function<void()> reseed) {
    m_schema = &schema;
    m_channel = SimulatorChannel::FromEnvironment();
    if (!m_channel) {
        m_own_memory.resize(schema.ObservationBytes() + schema.ActionBytes());
        schema.Attach(m_own_memory.data(), m_own_memory.data() + schema.ObservationBytes());
        return;
    }
    m_channel->Open(schema);
    m_channel->RefuseBranches(why_no_branches);
    if (reseed) {
        m_channel->OnReseed([reseed = std::move(reseed)](std::uint64_t run) {
            ns3::RngSeedManager::SetRun(run);
            reseed();
        });
    }
}

Command AgentConnection::Exchange(const SlotReport& report) {
    if (m_channel) {
        return m_channel->Exchange(report);
    }
    for (Table& table : m_schema->Tables()) {
        table.ClearPending();
    }
    return Command::STEP;
}

}  // namespace physical
