// SPDX-License-Identifier: MIT
#include "servers.h"

#include "training.h"

#include <algorithm>

namespace twin {

Servers::Servers(const NetworkParameters& network,
                 const State& state,
                 const std::vector<double>& mean_bit)
    : m_network(network), m_mean_bit(mean_bit) {
    for (const double capacity_hz : network.compute.capacity_hz) {
        m_s_per_cycle.push_back(1 / capacity_hz);
    }
    for (std::uint32_t ue = 0; ue < state.n_ue; ++ue) {
        m_user_of_flow.insert(m_user_of_flow.end(), state.n_bs, ue);
    }
}

void Servers::Accept(State& state, std::size_t rollout, std::size_t user, std::int32_t number) {
    std::vector<Task>& tasks = state.tasks[rollout];
    Task& task = tasks[static_cast<std::size_t>(number)];
    task.bs = state.users[user].last_cell;
    const std::size_t i = user * state.n_bs + static_cast<std::size_t>(task.bs);
    Flow& flow = state.flows[i];
    if (flow.tasks == 0) {
        flow.head = number;
        flow.head_cycles = task.cycles;
        flow.begin_s = task.uploaded_s;
        state.computing.Set(rollout, i - rollout * state.n_ue * state.n_bs);
    } else {
        tasks[static_cast<std::size_t>(flow.tail)].next = number;
    }
    flow.tail = number;
    flow.work_cycles += task.cycles;
    ++flow.tasks;
}

void Servers::Compute(State& state, Rows rows, ServerShares shares, Numbered<double> reward) {
    const bool by_quota = m_network.compute.quota;
    m_sharing.Reset((rows.end - rows.begin) * state.n_bs);
    m_flows.clear();
    m_jobs.clear();
    m_computed.clear();
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        AddFlows(state, rollout, (rollout - rows.begin) * state.n_bs, shares);
    }
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        const std::size_t first_server = (rollout - rows.begin) * state.n_bs;
        if (shares.training) {
            AddJobs(state, rollout, first_server, shares);
        }
        if (by_quota && !shares.fills) {
            AddQuotas(state, rollout, first_server, shares);
        }
    }
    if (shares.fills) {
        m_sharing.ByPriority(1, 0, m_network.slot_s);
    }
    m_sharing.Share(m_network.slot_s, by_quota);
    for (std::size_t i = 0; i < m_flows.size(); ++i) {
        Flow& flow = state.flows[m_flows[i].number];
        const std::size_t bs = m_flows[i].bs;
        const bool enough = m_sharing.offered_s[i] >= m_sharing.need_s[i];
        const double offered = m_sharing.offered_s[i] * m_network.compute.capacity_hz[bs];
        const double served = enough ? flow.work_cycles : std::min(offered, flow.work_cycles);
        flow.used_s = static_cast<float>(served * m_s_per_cycle[bs]);
        flow.work_cycles -= served;
        flow.head_cycles -= served;
        if ((flow.head_cycles <= 0 || enough) && m_sharing.present_s[i] > 0) {
            reward[m_flows[i].rollout] += Finish(state, m_flows[i], i, served);
        }
    }
    for (std::size_t k = 0; k < m_jobs.size(); ++k) {
        const std::size_t i = m_flows.size() + k;
        ServeJobs(state.jobs[m_jobs[k].number], m_network.compute,
                  {m_sharing.need_s[i], m_sharing.offered_s[i], m_sharing.present_s[i]});
    }
}

void Servers::AddFlows(State& state,
                       std::size_t rollout,
                       std::size_t first_server,
                       ServerShares shares) {
    const std::size_t first = rollout * state.n_ue * state.n_bs;
    const double end_s = EndS(state, rollout);
    state.computed.ForEachBut(state.computing, rollout,
                              [&](std::size_t i) { state.flows[first + i].used_s = 0; });
    state.computed.CopyFrom(rollout, state.computing, rollout);
    state.computing.ForEach(rollout, [&](std::size_t i) {
        const Flow& flow = state.flows[first + i];
        const std::size_t ue = m_user_of_flow[i], bs = i - ue * state.n_bs;
        const std::size_t user = rollout * state.n_ue + ue;
        const double weight =
            shares.fills ? Typical(state, rollout, user) *
                               std::max(1 / flow.head_cycles, flow.tasks / flow.work_cycles)
                         : shares.compute[user];
        m_sharing.Add(flow.work_cycles * m_s_per_cycle[bs], weight,
                      std::clamp(end_s - flow.begin_s, 0.0, m_network.slot_s), first_server + bs);
        m_flows.push_back({rollout, first + i, bs});
    });
}

void Servers::AddJobs(State& state,
                      std::size_t rollout,
                      std::size_t first_server,
                      ServerShares shares) {
    const double end_s = EndS(state, rollout);
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        const std::size_t user = rollout * state.n_ue + ue;
        Jobs& jobs = state.jobs[user];
        jobs.used_s = 0;
        if (jobs.work_cycles > 0) {
            const auto bs = static_cast<std::size_t>(jobs.server);
            const double weight =
                shares.fills
                    ? shares.training[user] * Typical(state, rollout, user) / jobs.work_cycles
                    : shares.training[user];
            m_sharing.Add(jobs.work_cycles * m_s_per_cycle[bs], weight,
                          std::clamp(end_s - jobs.begin_s, 0.0, m_network.slot_s),
                          first_server + bs);
            m_jobs.push_back({rollout, user, bs});
        }
    }
}

void Servers::AddQuotas(const State& state,
                        std::size_t rollout,
                        std::size_t first_server,
                        ServerShares shares) {
    // Users count where they are served and wherever they have something to do.
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        const std::size_t user = rollout * state.n_ue + ue;
        for (std::size_t bs = 0; state.stays[user].present && bs < state.n_bs; ++bs) {
            double& quota = m_sharing.quota[first_server + bs];
            const bool here = state.users[user].last_cell == static_cast<std::int32_t>(bs);
            if (here || state.flows[user * state.n_bs + bs].tasks > 0) {
                quota += shares.compute[user];
            }
            if (!shares.training) {
                continue;
            }
            const Jobs& jobs = state.jobs[user];
            const bool at = jobs.server == static_cast<std::int32_t>(bs) && jobs.work_cycles > 0;
            if (here || at) {
                quota += shares.training[user];
            }
        }
    }
}

double Servers::Finish(State& state, Served of, std::size_t i, double served) {
    Flow& flow = state.flows[of.number];
    std::vector<Task>& tasks = state.tasks[of.rollout];
    const double end_s = EndS(state, of.rollout);
    const double offered_s = m_sharing.offered_s[i], present_s = m_sharing.present_s[i];
    const double offered = offered_s * m_network.compute.capacity_hz[of.bs];
    const bool enough = offered_s >= m_sharing.need_s[i];
    double gone_s = 0;
    bool again = true;
    while (again) {
        const std::int32_t number = flow.head;
        Task& task = tasks[static_cast<std::size_t>(number)];
        const double part = (served + flow.head_cycles) / offered;
        const double since_s = present_s * (1 - std::min(part, 1.0));
        task.computed_s = end_s - since_s;
        flow.head = task.next;
        if (m_network.results.Any()) {
            task.next = NONE;
            m_computed.push_back({of.rollout, of.number / state.n_bs, number});
        } else {
            task.done_s = task.computed_s;
            gone_s += since_s;
            ++state.users[of.number / state.n_bs].done;
            --state.clocks[of.rollout].in_system;
        }
        if (--flow.tasks == 0) {
            // Rounding errors must not outlive the tasks.
            flow.work_cycles = flow.head_cycles = 0;
            state.computing.Clear(of.rollout, of.number - of.rollout * state.n_ue * state.n_bs);
            return gone_s;
        }
        flow.head_cycles += tasks[static_cast<std::size_t>(flow.head)].cycles;
        again = flow.head_cycles <= 0 || enough;
    }
    return gone_s;
}

}  // namespace twin
