// SPDX-License-Identifier: MIT
#include "state.h"

namespace twin {

namespace {

/// Copy what belongs to one rollout, n values of each.
template <class Value>
void CopyRow(std::vector<Value>& to,
             std::size_t rollout,
             const std::vector<Value>& from,
             std::size_t row,
             std::size_t n) {
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(row * n), n,
                to.begin() + static_cast<std::ptrdiff_t>(rollout * n));
}

template <class Value>
void FillRow(std::vector<Value>& to, std::size_t rollout, std::size_t n, const Value& value) {
    std::fill_n(to.begin() + static_cast<std::ptrdiff_t>(rollout * n), n, value);
}

}  // namespace

State::State(
    std::size_t n_rollouts, std::size_t n_users, std::size_t stations, bool results, bool retrains)
    : batch(n_rollouts),
      n_ue(n_users),
      n_bs(stations),
      clocks(batch),
      x_m(batch * n_ue),
      y_m(batch * n_ue),
      x_mps(batch * n_ue),
      y_mps(batch * n_ue),
      left_s(batch * n_ue),
      legs(batch * n_ue),
      walked_m(batch * n_ue),
      back_s(batch * n_ue),
      cell(batch * n_ue),
      strength_db(n_bs * batch * n_ue),
      next_created_s(batch * n_ue, NEVER),
      sources(batch * n_ue),
      users(batch * n_ue),
      stays(batch * n_ue),
      flows(batch * n_ue * n_bs),
      jobs(retrains ? batch * n_ue : 0),
      up(batch, n_ue),
      down(results ? batch : 0, n_ue),
      computing(batch, n_ue * n_bs),
      computed(batch, n_ue * n_bs),
      tasks(batch) {}

std::size_t State::Strongest(std::size_t user) const {
    std::size_t best = 0;
    for (std::size_t bs = 1; bs < n_bs; ++bs) {
        best = StrengthDb(user, bs) > StrengthDb(user, best) ? bs : best;
    }
    return best;
}

void State::Clear(std::size_t rollout, std::uint64_t seed) {
    clocks[rollout] = Clock{.seed = seed};
    FillRow(legs, rollout, n_ue, 0);
    FillRow(back_s, rollout, n_ue, 0.0);
    FillRow(cell, rollout, n_ue, 0);
    FillRow(next_created_s, rollout, n_ue, NEVER);
    FillRow(sources, rollout, n_ue, Source());
    FillRow(users, rollout, n_ue, User());
    FillRow(stays, rollout, n_ue, Stay());
    FillRow(flows, rollout, n_ue * n_bs, Flow());
    if (!jobs.empty()) {
        FillRow(jobs, rollout, n_ue, Jobs());
    }
    for (Queues* queues : {&up, &down}) {
        if (!queues->of_users.empty()) {
            FillRow(queues->of_users, rollout, n_ue, RadioQueue());
            FillRow(queues->totals, rollout, n_ue, RadioTotals());
            FillRow(queues->next_arrival_s, rollout, n_ue, NEVER);
            queues->first_arrival_s[rollout] = NEVER;
            queues->waiting.ClearAll(rollout);
            queues->sent.ClearAll(rollout);
        }
    }
    for (Marks* marks : {&computing, &computed}) {
        marks->ClearAll(rollout);
    }
    tasks[rollout].clear();
}

void State::CopyFrom(std::size_t rollout, const State& other, std::size_t row) {
    clocks[rollout] = other.clocks[row];
    for (auto member : {&State::x_m, &State::y_m, &State::x_mps, &State::y_mps, &State::left_s,
                        &State::walked_m}) {
        CopyRow(this->*member, rollout, other.*member, row, n_ue);
    }
    CopyRow(legs, rollout, other.legs, row, n_ue);
    CopyRow(back_s, rollout, other.back_s, row, n_ue);
    CopyRow(cell, rollout, other.cell, row, n_ue);
    for (std::size_t bs = 0; bs < n_bs; ++bs) {
        for (std::size_t ue = 0; ue < n_ue; ++ue) {
            strength_db[bs * UsersInAll() + rollout * n_ue + ue] =
                other.StrengthDb(row * n_ue + ue, bs);
        }
    }
    CopyRow(next_created_s, rollout, other.next_created_s, row, n_ue);
    CopyRow(sources, rollout, other.sources, row, n_ue);
    CopyRow(users, rollout, other.users, row, n_ue);
    CopyRow(stays, rollout, other.stays, row, n_ue);
    CopyRow(flows, rollout, other.flows, row, n_ue * n_bs);
    if (!jobs.empty()) {
        CopyRow(jobs, rollout, other.jobs, row, n_ue);
    }
    for (auto member : {&State::up, &State::down}) {
        Queues& to = this->*member;
        const Queues& from = other.*member;
        if (!to.of_users.empty()) {
            CopyRow(to.of_users, rollout, from.of_users, row, n_ue);
            CopyRow(to.totals, rollout, from.totals, row, n_ue);
            CopyRow(to.next_arrival_s, rollout, from.next_arrival_s, row, n_ue);
            to.first_arrival_s[rollout] = from.first_arrival_s[row];
            to.waiting.CopyFrom(rollout, from.waiting, row);
            to.sent.CopyFrom(rollout, from.sent, row);
        }
    }
    for (auto member : {&State::computing, &State::computed}) {
        (this->*member).CopyFrom(rollout, other.*member, row);
    }
    tasks[rollout] = other.tasks[row];
}

}  // namespace twin
