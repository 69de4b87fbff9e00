// SPDX-License-Identifier: MIT
#include "python-radio.h"

#include "arrays.h"

#include <cstdint>
#include <limits>
#include <utility>

namespace nb = nanobind;

namespace twin {

namespace {

/// Copies, so that a model may keep what it gets.
template <class Value>
nb::object Copied(const Value* first, const std::vector<std::size_t>& shape) {
    std::size_t n = 1;
    for (const std::size_t length : shape) {
        n *= length;
    }
    return nb::cast(Fresh(std::vector<Value>(first, first + n), shape));
}

nb::object Places(const State& state, Rows rows) {
    std::vector<float> places;
    for (std::size_t user = rows.begin * state.n_ue; user < rows.end * state.n_ue; ++user) {
        places.push_back(state.x_m[user]);
        places.push_back(state.y_m[user]);
    }
    return nb::cast(Fresh(std::move(places), {rows.end - rows.begin, state.n_ue, 2}));
}

nb::object NumbersOf(Rows rows) {
    std::vector<std::int64_t> numbers;
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        numbers.push_back(static_cast<std::int64_t>(rollout));
    }
    return nb::cast(Fresh(std::move(numbers), {rows.end - rows.begin}));
}

nb::object Seeds(const State& state, Rows rows) {
    std::vector<std::uint64_t> seeds;
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        seeds.push_back(state.clocks[rollout].seed);
    }
    return nb::cast(Fresh(std::move(seeds), {rows.end - rows.begin}));
}

nb::object Slots(const State& state, Rows rows) {
    std::vector<std::int64_t> slots;
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        slots.push_back(state.clocks[rollout].slot);
    }
    return nb::cast(Fresh(std::move(slots), {rows.end - rows.begin}));
}

/// A model's answer, so many numbers of it.
template <class Value>
Input<Value> Answer(const nb::object& found, std::size_t n, const char* name) {
    const auto array = nb::cast<Input<Value>>(found);
    RequireSize(array, n, name);
    return array;
}

void TakeStrength(State& state, Rows rows, const nb::object& found) {
    const std::size_t begin = rows.begin * state.n_ue, n = (rows.end - rows.begin) * state.n_ue;
    const auto strength_db = Answer<float>(found, n * state.n_bs, "strength_db");
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t bs = 0; bs < state.n_bs; ++bs) {
            state.strength_db[bs * state.UsersInAll() + begin + i] =
                strength_db.data()[i * state.n_bs + bs];
        }
    }
}

}  // namespace

std::size_t PythonRadio::BlockSize() const {
    return std::numeric_limits<std::int32_t>::max();
}

double PythonRadio::LargestBps() const {
    const nb::gil_scoped_acquire python;
    return nb::cast<double>(m_model.attr("largest_bps"));
}

void PythonRadio::Resize(std::size_t batch, std::size_t n_ue) {
    m_model.attr("resize")(batch, n_ue);
}

void PythonRadio::Start(State& state, std::size_t rollout) {
    const Rows rows{rollout, rollout + 1};
    TakeStrength(state, rows,
                 m_model.attr("start")(NumbersOf(rows), Copied(&state.clocks[rollout].seed, {1}),
                                       Places(state, rows)));
}

void PythonRadio::Measure(State& state) const {
    const Rows all{0, state.batch};
    TakeStrength(state, all, m_model.attr("measure")(Places(state, all)));
}

void PythonRadio::Advance(State& state, Rows rows, double by_s) {
    const nb::gil_scoped_acquire python;
    const std::size_t n = rows.end - rows.begin;
    TakeStrength(state, rows,
                 m_model.attr("advance")(
                     NumbersOf(rows), Seeds(state, rows), Slots(state, rows), Places(state, rows),
                     Copied(&state.walked_m[rows.begin * state.n_ue], {n, state.n_ue}), by_s));
}

void PythonRadio::Watch(State& state, Rows rows, double by_s, std::vector<Outage>& failed) {
    const nb::gil_scoped_acquire python;
    const std::size_t n = rows.end - rows.begin;
    const nb::object found = m_model.attr("outages_s")(
        NumbersOf(rows), Copied(&state.cell[rows.begin * state.n_ue], {n, state.n_ue}), by_s);
    const auto gap_s = Answer<float>(found, n * state.n_ue, "outages_s");
    for (std::size_t i = 0; i < gap_s.size(); ++i) {
        const std::size_t user = rows.begin * state.n_ue + i;
        if (gap_s.data()[i] > 0 && state.cell[user] >= 0) {
            failed.push_back({user, gap_s.data()[i]});
        }
    }
}

void PythonRadio::PredictFailures(const State& state, std::vector<Handover>& handovers) {
    const nb::gil_scoped_acquire python;
    std::vector<std::int32_t> user, cell, target;
    for (const Handover& handover : handovers) {
        user.push_back(static_cast<std::int32_t>(handover.user));
        cell.push_back(state.cell[handover.user]);
        target.push_back(static_cast<std::int32_t>(handover.target));
    }
    const std::vector<std::size_t> shape{handovers.size()};
    const nb::object found = m_model.attr("failure_probability")(Fresh(std::move(user), shape),
                                                                 Fresh(std::move(cell), shape),
                                                                 Fresh(std::move(target), shape));
    const auto probability = Answer<float>(found, handovers.size(), "failure_probability");
    for (std::size_t i = 0; i < handovers.size(); ++i) {
        handovers[i].failure_probability = probability.data()[i];
    }
}

void PythonRadio::Reassociate(State& state, std::size_t user, Change, bool moved) {
    if (moved) {
        const nb::gil_scoped_acquire python;
        m_model.attr("moved")(user, state.cell[user]);
    }
}

void PythonRadio::Rates(State&, Rows, Senders& senders, Way way) {
    const nb::gil_scoped_acquire python;
    const std::vector<std::size_t> shape{senders.count};
    const nb::object found = m_model.attr(way == Way::UP ? "rates_bps" : "download_rates_bps")(
        Copied(senders.user.data(), shape), Copied(senders.cell.data(), shape));
    const auto rate_bps = Answer<float>(found, senders.count, "rates_bps");
    std::copy_n(rate_bps.data(), senders.count, senders.rate_bps.begin());
}

void PythonRadio::Sent(State&, Rows, const Senders& senders, Way way) {
    if (way == Way::DOWN) {
        return;
    }
    const nb::gil_scoped_acquire python;
    const std::vector<std::size_t> shape{senders.count};
    m_model.attr("sent")(Copied(senders.user.data(), shape), Copied(senders.cell.data(), shape),
                         Copied(senders.band_s.data(), shape));
}

void PythonRadio::CopyFrom(std::size_t rollout, const Radio& other, std::size_t row) {
    m_model.attr("copy_from")(rollout, dynamic_cast<const PythonRadio&>(other).m_model, row);
}

}  // namespace twin
