// SPDX-License-Identifier: MIT
#include "engine.h"

#include "training.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace twin {

Engine::Engine(
    NetworkParameters network, Radio& radio, std::size_t batch, std::size_t n_ue, std::size_t n_bs)
    : state(batch, n_ue, n_bs, network.results.Any(), network.retrains),
      m_network(std::move(network)),
      m_radio(radio),
      m_walk(m_network.mobility),
      m_traffic(m_network, n_ue),
      m_mean_bit(m_traffic.MeanSizeBit()),
      m_presence(m_network, radio) {
    m_radio.Resize(batch, n_ue);
}

void Engine::Start(const std::vector<std::size_t>& rollouts,
                   const std::vector<std::uint64_t>& seeds) {
    for (std::size_t k = 0; k < rollouts.size(); ++k) {
        const std::size_t rollout = rollouts[k];
        state.Clear(rollout, seeds[k]);
        m_walk.Start(state, rollout);
        m_radio.Start(state, rollout);
        for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
            const std::size_t user = rollout * state.n_ue + ue;
            state.cell[user] = static_cast<std::int32_t>(state.Strongest(user));
            state.users[user].last_cell = state.cell[user];
            m_traffic.Of(ue).Typical(state, rollout, ue);
            m_traffic.Of(ue).Begin(state, rollout, ue, 0);
        }
        m_presence.Start(state, rollout);
        m_radio.Serve(state, {rollout, rollout + 1});
    }
}

void Engine::Clear(const std::vector<std::uint64_t>& seeds) {
    for (std::size_t rollout = 0; rollout < state.batch; ++rollout) {
        state.Clear(rollout, seeds[rollout]);
    }
}

void Engine::Resume(std::int64_t slot, const std::vector<OpenTask>& open) {
    const double now_s = Seconds(slot);
    for (std::size_t rollout = 0; rollout < state.batch; ++rollout) {
        state.clocks[rollout].slot = slot;
        state.clocks[rollout].departures = static_cast<std::int32_t>(state.n_ue);
        m_presence.Redraw(state, rollout);
        m_walk.Follow(state, rollout);
        for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
            const std::size_t user = rollout * state.n_ue + ue;
            state.clocks[rollout].without_cell += state.cell[user] < 0;
            m_traffic.Of(ue).Begin(state, rollout, ue, now_s);
            if (!state.down.totals.empty()) {
                state.down.totals[user].acknowledged_slot = slot - 1;
            }
        }
        for (const OpenTask& task : open) {
            Open(rollout, task, now_s);
        }
    }
    m_radio.Serve(state, {0, state.batch});
}

void Engine::Open(std::size_t rollout, const OpenTask& open, double now_s) {
    const std::size_t number = rollout * state.n_ue + open.ue;
    RadioQueue& up = state.up.of_users[number];
    std::vector<Task>& tasks = state.tasks[rollout];
    const auto task = static_cast<std::int32_t>(tasks.size());
    const bool computing = open.bs >= 0;
    tasks.push_back({.created_s = now_s - open.age_s,
                     .uploaded_s = computing ? now_s : NEVER,
                     .computed_s = NOT_YET,
                     .downloaded_s = NEVER,
                     .done_s = NOT_YET,
                     .left_s = NOT_YET,
                     .size_bit = open.size_bit,
                     .cycles = open.cycles,
                     .ue = static_cast<std::int32_t>(open.ue),
                     .bs = NONE,
                     .next = NONE});
    ++state.clocks[rollout].in_system;
    ++up.entered;
    if (computing) {
        ++up.sent;
        ++up.arrived;
        up.arrives_s = now_s;
        if (open.download_bit > 0) {
            tasks.back().computed_s = now_s;
            tasks.back().bs = open.bs;
            Enqueue(state.down, rollout, open.ue, task, open.download_bit);
            ++state.down.of_users[number].entered;
            return;
        }
        User& user = state.users[number];
        const std::int32_t cell = std::exchange(user.last_cell, open.bs);
        Servers::Accept(state, rollout, number, task);
        user.last_cell = cell;
        return;
    }
    Enqueue(state.up, rollout, open.ue, task, open.queue_bit);
}

void Engine::Enqueue(
    Queues& queues, std::size_t rollout, std::size_t ue, std::int32_t task, double bits) {
    RadioQueue& queue = queues.of_users[rollout * state.n_ue + ue];
    if (queue.first == NONE) {
        queue.first = queue.sending = task;
        queue.head_bit = bits;
    } else {
        state.tasks[rollout][static_cast<std::size_t>(queue.last)].next = task;
    }
    queue.last = task;
    queue.queue_bit += bits;
    queues.waiting.Set(rollout, ue);
}

void Engine::Step(
    const Action& action, Rows all, std::size_t slots, std::size_t threads, double* reward) {
    const std::size_t n = all.end - all.begin;
    const std::size_t block = std::max<std::size_t>(1, std::min(m_radio.BlockSize(), n));
    const std::size_t n_blocks = (n + block - 1) / block;
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        Worker worker(*this);
        for (std::size_t i = next++; i < n_blocks; i = next++) {
            const std::size_t begin = all.begin + i * block;
            const Rows rows{begin, std::min(begin + block, all.end)};
            for (std::size_t slot = 0; slot < slots; ++slot) {
                worker.StepBlock(action, rows, {reward + slot * n, all.begin});
            }
        }
    };
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min(threads, n_blocks); ++i) {
        helpers.emplace_back(work);
    }
    work();
}

void Engine::Reseed(const std::vector<std::uint64_t>& seeds) {
    for (std::size_t rollout = 0; rollout < state.batch; ++rollout) {
        state.clocks[rollout].seed = seeds[rollout];
        m_presence.Redraw(state, rollout);
    }
}

void Engine::CopyFrom(std::size_t rollout, const Engine& other, std::size_t row) {
    state.CopyFrom(rollout, other.state, row);
    m_radio.CopyFrom(rollout, other.m_radio, row);
}

Engine::Worker::Worker(Engine& of)
    : engine(of),
      connections(of.m_network.handover, of.m_radio),
      uplink(of.m_network, of.m_radio, Way::UP),
      downlink(of.m_network, of.m_radio, Way::DOWN),
      servers(of.m_network, of.state, of.m_mean_bit) {}

void Engine::Worker::StepBlock(const Action& action, Rows rows, Numbered<double> reward) {
    State& state = engine.state;
    const NetworkParameters& network = engine.m_network;
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        const Clock& clock = state.clocks[rollout];
        const double end_s = engine.Seconds(clock.slot + 1);
        if (clock.slot % network.slots_per_frame == 0) {
            connections.Command(state, rollout, action.association, engine.Seconds(clock.slot));
        }
        if (clock.without_cell > 0) {
            connections.Reconnect(state, rollout, end_s);
        }
        const double before_s = clock.in_system * network.slot_s;
        reward[rollout] = -before_s - Create(rollout, end_s);
    }
    uplink.Send(state, rows, action.bandwidth_share, action.Fills());
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        const Clock& clock = state.clocks[rollout];
        const double end_s = engine.Seconds(clock.slot + 1);
        uplink.Arrive(state, rollout, end_s, [&](std::size_t user, std::int32_t number) {
            Servers::Accept(state, rollout, user, number);
        });
        if (network.retrains && action.retrain_samples) {
            SubmitJobs(state, rollout, network.compute, action.retrain_samples,
                       engine.Seconds(clock.slot));
        }
    }
    bool due = false;
    servers.Compute(state, rows, {action.compute_share, action.training_share, action.Fills()},
                    reward);
    if (network.results.Any()) {
        Download(action, rows, reward);
    }
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        Clock& clock = state.clocks[rollout];
        ++clock.slot;
        due = due || clock.slot % network.slots_per_measurement == 0;
        engine.m_presence.Advance(state, rollout, engine.Seconds(clock.slot));
    }
    if (due) {
        Move(rows);
    }
}

double Engine::Worker::Create(std::size_t rollout, double end_s) const {
    State& state = engine.state;
    Clock& clock = state.clocks[rollout];
    if (clock.first_created_s >= end_s) {
        return 0;
    }
    double present_s = 0, first_s = NEVER;
    for (std::size_t ue = 0; ue < state.n_ue; ++ue) {
        const std::size_t user = rollout * state.n_ue + ue;
        while (state.next_created_s[user] < end_s) {
            const Task task = engine.m_traffic.Of(ue).Create(state, rollout, ue);
            if (!state.stays[user].present) {
                continue;
            }
            const auto number = static_cast<std::int32_t>(state.tasks[rollout].size());
            state.tasks[rollout].push_back(task);
            uplink.Append(state, rollout, user, number, task.created_s);
            ++clock.in_system;
            present_s += end_s - task.created_s;
        }
        first_s = std::min(first_s, state.next_created_s[user]);
    }
    clock.first_created_s = first_s;
    return present_s;
}

void Engine::Worker::Download(const Action& action, Rows rows, Numbered<double> reward) {
    State& state = engine.state;
    for (const Servers::Computed& of : servers.LastComputed()) {
        const double computed_s =
            state.tasks[of.rollout][static_cast<std::size_t>(of.task)].computed_s;
        downlink.Append(state, of.rollout, of.user, of.task, computed_s);
    }
    downlink.Send(state, rows, action.bandwidth_share, action.Fills());
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        Clock& clock = state.clocks[rollout];
        const double end_s = engine.Seconds(clock.slot + 1);
        downlink.Arrive(state, rollout, end_s, [&](std::size_t user, std::int32_t number) {
            Task& task = state.tasks[rollout][static_cast<std::size_t>(number)];
            task.done_s = task.downloaded_s;
            reward[rollout] += end_s - task.done_s;
            ++state.users[user].done;
            --clock.in_system;
        });
    }
}

void Engine::Worker::Move(Rows rows) {
    State& state = engine.state;
    const std::int64_t period = engine.m_network.slots_per_measurement;
    const double by_s = engine.Seconds(period);
    const auto is_due = [&](std::size_t rollout) {
        return rollout < rows.end && state.clocks[rollout].slot % period == 0;
    };
    for (std::size_t begin = rows.begin; begin < rows.end;) {
        if (!is_due(begin)) {
            ++begin;
            continue;
        }
        std::size_t end = begin;
        for (; is_due(end); ++end) {
            engine.m_walk.Advance(state, end, by_s);
        }
        const Rows walked{begin, end};
        engine.m_radio.Advance(state, walked, by_s);
        engine.m_radio.Serve(state, walked);
        failed.clear();
        engine.m_radio.Watch(state, walked, by_s, failed);
        for (const Outage& outage : failed) {
            const std::int64_t slot = state.clocks[outage.user / state.n_ue].slot;
            Connections::Lose(state, outage, engine.Seconds(slot));
        }
        begin = end;
    }
}

}  // namespace twin
