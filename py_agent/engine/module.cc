// SPDX-License-Identifier: MIT
// py_agent.engine._engine: rollouts and laws for Python.
#include "arrays.h"
#include "bind-laws.h"
#include "bind-lte.h"
#include "engine.h"
#include "python-radio.h"
#include "read-parameters.h"
#include "state-arrays.h"
#include "training.h"
#include "transfers.h"

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <optional>
#include <string>

namespace nb = nanobind;
using namespace nb::literals;
using namespace twin;

namespace {

Engine& EngineOf(nb::handle self) {
    return *nb::inst_ptr<Engine>(self);
}

/// A member of structs that every user has, [batch, n_ue].
template <class Struct, class Value>
Output Member(std::vector<Struct>& values,
              Value Struct::* member,
              const State& state,
              nb::handle owner) {
    return View(&(values.data()->*member), {state.batch, state.n_ue},
                {state.n_ue * sizeof(Struct), sizeof(Struct)}, owner);
}

/// A member of flows, [batch, n_ue, n_bs].
template <class Value>
Output FlowMember(State& state, Value Flow::* member, nb::handle owner) {
    const std::size_t user = state.n_bs * sizeof(Flow);
    return View(&(state.flows.data()->*member), {state.batch, state.n_ue, state.n_bs},
                {state.n_ue * user, user, sizeof(Flow)}, owner);
}

/// The state as arrays that change with it.
Arrays ArraysOf(nb::handle self) {
    State& state = EngineOf(self).state;
    Arrays arrays{
        {"seed", View(&state.clocks.data()->seed, {state.batch}, {sizeof(Clock)}, self)},
        {"slot", View(&state.clocks.data()->slot, {state.batch}, {sizeof(Clock)}, self)},
        {"x_m", OfUsers(state.x_m, state, self)},
        {"y_m", OfUsers(state.y_m, state, self)},
        {"x_mps", OfUsers(state.x_mps, state, self)},
        {"y_mps", OfUsers(state.y_mps, state, self)},
        {"cell", OfUsers(state.cell, state, self)},
        {"next_created_s", OfUsers(state.next_created_s, state, self)},
        {"strength_db", OfLinks(state.strength_db, state, self)},
        {"on_probability", Member(state.sources, &Source::on_probability, state, self)},
        {"rate_hz", Member(state.sources, &Source::rate_hz, state, self)},
        {"cycles_per_bit", Member(state.sources, &Source::cycles_per_bit, state, self)},
        {"size", Member(state.sources, &Source::size, state, self)},
        {"back_s", OfUsers(state.back_s, state, self)},
        {"queue_bit", Member(state.up.of_users, &RadioQueue::queue_bit, state, self)},
        {"head_bit", Member(state.up.of_users, &RadioQueue::head_bit, state, self)},
        {"created_bit", Member(state.up.totals, &RadioTotals::entered_bit, state, self)},
        {"sent_bit", Member(state.up.of_users, &RadioQueue::sent_bit, state, self)},
        {"band_s", Member(state.up.of_users, &RadioQueue::band_s, state, self)},
        {"created", Member(state.up.of_users, &RadioQueue::entered, state, self)},
        {"sent", Member(state.up.of_users, &RadioQueue::sent, state, self)},
        {"arrived", Member(state.up.of_users, &RadioQueue::arrived, state, self)},
        {"left_bit", Member(state.up.totals, &RadioTotals::left_bit, state, self)},
        {"done", Member(state.users, &User::done, state, self)},
        {"last_cell", Member(state.users, &User::last_cell, state, self)},
        {"interruption_s", Member(state.users, &User::interruption_s, state, self)},
        {"commanded", Member(state.users, &User::commanded, state, self)},
        {"losses", Member(state.users, &User::losses, state, self)},
        {"created_before", Member(state.users, &User::created_before, state, self)},
        {"completed_before", Member(state.users, &User::completed_before, state, self)},
        {"work_cycles", FlowMember(state, &Flow::work_cycles, self)},
        {"head_cycles", FlowMember(state, &Flow::head_cycles, self)},
        {"used_s", FlowMember(state, &Flow::used_s, self)},
        {"tasks", FlowMember(state, &Flow::tasks, self)},
        {"present", Member(state.stays, &Stay::present, state, self)},
        {"departure", Member(state.stays, &Stay::departure, state, self)},
        {"tasks_left", Member(state.stays, &Stay::tasks_left, state, self)},
    };
    if (!state.jobs.empty()) {
        arrays.insert({
            {"training_work_cycles", Member(state.jobs, &Jobs::work_cycles, state, self)},
            {"training_head_cycles", Member(state.jobs, &Jobs::head_cycles, state, self)},
            {"training_used_s", Member(state.jobs, &Jobs::used_s, state, self)},
            {"training_server", Member(state.jobs, &Jobs::server, state, self)},
            {"trained_samples", Member(state.jobs, &Jobs::trained, state, self)},
            {"jobs_submitted", Member(state.jobs, &Jobs::submitted, state, self)},
            {"jobs_done", Member(state.jobs, &Jobs::done, state, self)},
            {"jobs_dropped", Member(state.jobs, &Jobs::dropped, state, self)},
            {"last_job_done", Member(state.jobs, &Jobs::last_done, state, self)},
            // Of the first place, where what is under way at the start counts as one job.
            {"first_job_samples", View(&state.jobs.data()->samples[0], {state.batch, state.n_ue},
                                       {state.n_ue * sizeof(Jobs), sizeof(Jobs)}, self)},
        });
    }
    if (std::vector<RadioQueue>& down = state.down.of_users; !down.empty()) {
        arrays.insert({
            {"download_queue_bit", Member(down, &RadioQueue::queue_bit, state, self)},
            {"download_sent_bit", Member(down, &RadioQueue::sent_bit, state, self)},
            {"download_band_s", Member(down, &RadioQueue::band_s, state, self)},
            {"result_bit", Member(state.down.totals, &RadioTotals::entered_bit, state, self)},
            {"results", Member(down, &RadioQueue::entered, state, self)},
            {"results_arrived", Member(down, &RadioQueue::arrived, state, self)},
            {"result_left_bit", Member(state.down.totals, &RadioTotals::left_bit, state, self)},
            {"download_unacknowledged_bit",
             Member(state.down.totals, &RadioTotals::unacknowledged_bit, state, self)},
        });
    }
    return arrays;
}

void RequireRows(const State& state, Rows rows) {
    if (rows.begin > rows.end || rows.end > state.batch) {
        throw std::invalid_argument("rollouts " + std::to_string(rows.begin) + " to " +
                                    std::to_string(rows.end) + " of " +
                                    std::to_string(state.batch));
    }
}

template <class Value>
Numbered<const Value> OfRows(const std::optional<Input<Value>>& array,
                             const State& state,
                             Rows rows,
                             const char* name) {
    if (!array) {
        return {};
    }
    RequireSize(*array, (rows.end - rows.begin) * state.n_ue, name);
    return {array->data(), rows.begin * state.n_ue};
}

Output Step(Engine& engine,
            std::size_t begin,
            std::size_t end,
            const Input<std::int32_t>& association,
            const std::optional<Input<float>>& bandwidth_share,
            const std::optional<Input<float>>& compute_share,
            const std::optional<Input<float>>& training_share,
            const std::optional<Input<std::int32_t>>& retrain_samples,
            std::size_t slots,
            std::size_t threads) {
    const State& state = engine.state;
    const Rows rows{begin, end};
    RequireRows(state, rows);
    const auto n_bs = static_cast<std::int32_t>(state.n_bs);
    for (std::size_t i = 0; i < association.size(); ++i) {
        if (association.data()[i] < 0 || association.data()[i] >= n_bs) {
            throw std::invalid_argument("association = " + std::to_string(association.data()[i]) +
                                        ": must be from 0 to " + std::to_string(n_bs - 1));
        }
    }
    const Action action{
        OfRows(std::optional(association), state, rows, "association"),
        OfRows(bandwidth_share, state, rows, "bandwidth_share"),
        OfRows(compute_share, state, rows, "compute_share"),
        OfRows(training_share, state, rows, "training_share"),
        OfRows(retrain_samples, state, rows, "retrain_samples"),
    };
    const std::size_t n = end - begin;
    std::vector<double> reward(slots * n);
    {
        const nb::gil_scoped_release others_run;
        engine.Step(action, rows, slots, threads, reward.data());
    }
    return Fresh(std::move(reward), {slots, n});
}

void Start(Engine& engine, const Input<std::int64_t>& seeds, const Input<std::int64_t>& rollouts) {
    RequireSize(seeds, rollouts.size(), "seeds");
    std::vector<std::size_t> chosen;
    std::vector<std::uint64_t> their_seeds;
    for (std::size_t i = 0; i < rollouts.size(); ++i) {
        const auto rollout = static_cast<std::size_t>(rollouts.data()[i]);
        if (rollout >= engine.state.batch) {
            throw std::invalid_argument("rollout " + std::to_string(rollouts.data()[i]) + " of " +
                                        std::to_string(engine.state.batch));
        }
        chosen.push_back(rollout);
        their_seeds.push_back(static_cast<std::uint64_t>(seeds.data()[i]));
    }
    engine.Start(chosen, their_seeds);
}

void Clear(Engine& engine, const Input<std::int64_t>& seeds) {
    RequireSize(seeds, engine.state.batch, "seeds");
    engine.Clear({seeds.data(), seeds.data() + seeds.size()});
}

void Reseed(Engine& engine, const Input<std::int64_t>& seeds) {
    RequireSize(seeds, engine.state.batch, "seeds");
    engine.Reseed({seeds.data(), seeds.data() + seeds.size()});
}

/// Columns of open: user, server (-1: on its way up), age, size, cycles left, bits left to upload,
/// bits left to download (0: it is not on its way down).
void Resume(Engine& engine, std::int64_t slot, const Input<double>& open) {
    constexpr std::size_t COLUMNS = 7;
    if (open.size() % COLUMNS != 0) {
        throw std::invalid_argument("open must be [n_tasks, 7]");
    }
    std::vector<OpenTask> tasks;
    for (std::size_t i = 0; i < open.size(); i += COLUMNS) {
        const double* row = open.data() + i;
        tasks.push_back({static_cast<std::size_t>(row[0]), static_cast<std::int32_t>(row[1]),
                         row[2], row[3], row[4], row[5], row[6]});
        if (tasks.back().ue >= engine.state.n_ue ||
            tasks.back().bs >= static_cast<std::int32_t>(engine.state.n_bs)) {
            throw std::invalid_argument("an open task is of no user, or at no server");
        }
        if (tasks.back().download_bit > 0 &&
            (tasks.back().bs < 0 || engine.state.down.of_users.empty())) {
            throw std::invalid_argument("an open task has no result to download");
        }
    }
    engine.Resume(slot, tasks);
}

/// All tasks created so far, rollout by rollout, in the order in which they were taken over.
Arrays TasksOf(const Engine& engine, std::size_t begin, std::size_t end) {
    RequireRows(engine.state, {begin, end});
    std::vector<std::int64_t> rollout;
    std::vector<std::int32_t> ue, bs;
    std::vector<double> created_s, uploaded_s, computed_s, done_s, left_s, size_bit, cycles;
    for (std::size_t r = begin; r < end; ++r) {
        for (const Task& task : engine.state.tasks[r]) {
            rollout.push_back(static_cast<std::int64_t>(r - begin));
            ue.push_back(task.ue);
            bs.push_back(task.bs);
            created_s.push_back(task.created_s);
            uploaded_s.push_back(task.uploaded_s);
            computed_s.push_back(task.computed_s);
            done_s.push_back(task.done_s);
            left_s.push_back(task.left_s);
            size_bit.push_back(task.size_bit);
            cycles.push_back(task.cycles);
        }
    }
    const std::vector<std::size_t> shape{rollout.size()};
    return {{"rollout", Fresh(std::move(rollout), shape)},
            {"ue", Fresh(std::move(ue), shape)},
            {"bs", Fresh(std::move(bs), shape)},
            {"created_s", Fresh(std::move(created_s), shape)},
            {"uploaded_s", Fresh(std::move(uploaded_s), shape)},
            {"computed_s", Fresh(std::move(computed_s), shape)},
            {"done_s", Fresh(std::move(done_s), shape)},
            {"left_s", Fresh(std::move(left_s), shape)},
            {"size_bit", Fresh(std::move(size_bit), shape)},
            {"cycles", Fresh(std::move(cycles), shape)}};
}

/// Age of each user's oldest task that is not done, 0 without one, [n_rows, n_ue].
Output OldestAgeS(const Engine& engine, std::size_t begin, std::size_t end) {
    const State& state = engine.state;
    RequireRows(state, {begin, end});
    std::vector<double> age_s;
    for (std::size_t i = begin * state.n_ue; i < end * state.n_ue; ++i) {
        const std::size_t rollout = i / state.n_ue;
        const auto created_s = [&](std::int32_t task) {
            return state.tasks[rollout][static_cast<std::size_t>(task)].created_s;
        };
        const double now_s =
            static_cast<double>(state.clocks[rollout].slot) * engine.Network().slot_s;
        double oldest_s = now_s;
        for (const Queues* queues : {&state.up, &state.down}) {
            if (!queues->of_users.empty() && queues->of_users[i].first != NONE) {
                oldest_s = std::min(oldest_s, created_s(queues->of_users[i].first));
            }
        }
        for (std::size_t bs = 0; bs < state.n_bs; ++bs) {
            const Flow& flow = state.flows[i * state.n_bs + bs];
            if (flow.tasks > 0) {
                oldest_s = std::min(oldest_s, created_s(flow.head));
            }
        }
        age_s.push_back(now_s - oldest_s);
    }
    return Fresh(std::move(age_s), {end - begin, state.n_ue});
}

/// Samples of the jobs under way, [batch, n_ue].
Output TrainingBacklogSamples(const Engine& engine) {
    const State& state = engine.state;
    std::vector<double> samples;
    for (const Jobs& jobs : state.jobs) {
        samples.push_back(BacklogSamples(jobs));
    }
    return Fresh(std::move(samples), {state.batch, state.n_ue});
}

/// Fill [n_seeds, n] with numbers of a stream.
template <class Law>
Output Drawn(
    const Input<std::int64_t>& seeds, int stream, std::uint64_t counter, std::size_t n, Law law) {
    std::vector<float> values;
    values.reserve(seeds.size() * n);
    for (std::size_t row = 0; row < seeds.size(); ++row) {
        const Draws draws(static_cast<std::uint64_t>(seeds.data()[row]),
                          static_cast<Stream>(stream), counter);
        for (std::size_t i = 0; i < n; ++i) {
            values.push_back(law(draws, i));
        }
    }
    return Fresh(std::move(values), {seeds.size(), n});
}

void BindRandom(nb::module_& module) {
    module.def(
        "uniform",
        [](const Input<std::int64_t>& seeds, int stream, std::uint64_t counter, std::size_t n) {
            return Drawn(seeds, stream, counter, n,
                         [](const Draws& draws, std::size_t i) { return draws.Uniform(i); });
        },
        "seeds"_a, "stream"_a, "counter"_a, "n"_a);
    module.def(
        "normal",
        [](const Input<std::int64_t>& seeds, int stream, std::uint64_t counter, std::size_t n) {
            return Drawn(seeds, stream, counter, n,
                         [](const Draws& draws, std::size_t i) { return draws.Normal(i); });
        },
        "seeds"_a, "stream"_a, "counter"_a, "n"_a);
    module.def(
        "noise",
        [](const Input<std::int64_t>& seeds, int stream, std::uint64_t counter, std::size_t n) {
            std::vector<float> values(seeds.size() * n);
            for (std::size_t row = 0; row < seeds.size(); ++row) {
                Draws(static_cast<std::uint64_t>(seeds.data()[row]), static_cast<Stream>(stream),
                      counter)
                    .FillNoise(values.data() + row * n, n);
            }
            return Fresh(std::move(values), {seeds.size(), n});
        },
        "seeds"_a, "stream"_a, "counter"_a, "n"_a);
}

}  // namespace

NB_MODULE(_engine, module) {
    nb::module_ laws = module.def_submodule("laws");
    BindLaws(laws);
    laws.attr("FILL_MARGIN") = Transfers::FILL_MARGIN;
    laws.attr("FILL_ALIKE") = Transfers::FILL_ALIKE;
    BindRandom(module);
    module.def(
        "mean_size_bit",
        [](const nb::dict& traffic) { return TrafficLaw(ReadTraffic(traffic)).MeanSizeBit(); },
        "traffic"_a);
    nb::class_<Radio>(module, "Radio");
    nb::module_ lte = module.def_submodule("lte");
    BindLte(lte);
    nb::class_<PythonRadio, Radio>(module, "PythonRadio")
        .def(nb::init<nb::object>(), "model"_a)
        .def_prop_ro("model", &PythonRadio::Model)
        .def("arrays",
             [](const PythonRadio& radio, nb::handle) { return radio.Model().attr("links"); })
        .def("measure",
             [](const PythonRadio& radio, Engine& engine) { radio.Measure(engine.state); });
    nb::class_<Engine>(module, "Engine")
        .def(
            "__init__",
            [](Engine* self, const nb::dict& network, Radio& radio, std::size_t batch,
               std::size_t n_ue, std::size_t n_bs) {
                new (self) Engine(ReadNetworkParameters(network), radio, batch, n_ue, n_bs);
            },
            "network"_a, "radio"_a, "batch"_a, "n_ue"_a, "n_bs"_a, nb::keep_alive<1, 3>())
        .def("arrays", &ArraysOf)
        .def("start", &Start, "seeds"_a, "rollouts"_a)
        .def("clear", &Clear, "seeds"_a)
        .def("reseed", &Reseed, "seeds"_a)
        .def("resume", &Resume, "slot"_a, "open"_a)
        .def("step", &Step, "begin"_a, "end"_a, "association"_a, "bandwidth_share"_a.none(),
             "compute_share"_a.none(), "training_share"_a.none(), "retrain_samples"_a.none(),
             "slots"_a, "threads"_a)
        .def("copy_from", &Engine::CopyFrom, "rollout"_a, "other"_a, "row"_a)
        .def("tasks", &TasksOf, "begin"_a, "end"_a)
        .def("oldest_age_s", &OldestAgeS, "begin"_a, "end"_a)
        .def("training_backlog_samples", &TrainingBacklogSamples);
}
