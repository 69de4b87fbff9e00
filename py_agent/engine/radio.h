// SPDX-License-Identifier: MIT
#pragma once

#include "state.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace twin {

/// Users that have something to send, or to get, in a slot, in order of their numbers.
struct Senders {
    std::vector<std::int32_t> rollout;
    std::vector<std::int32_t> user;    // number in the batch
    std::vector<std::int32_t> cell;    // that serves
    std::vector<float> band_before_s;  // time of the whole band in the slot before; 0: none
    std::vector<float> rate_bps;       // the radio's answer: with the whole band, in this slot
    std::vector<float> kept;           // what it wants to remember of each until `Sent`
    std::vector<float> band_s;         // then: time of the whole band that each has got

    std::size_t count = 0;  // of those there is room for

    /// Room for so many.
    void Reserve(std::size_t n) {
        if (n <= user.size()) {
            return;
        }
        for (auto* numbers : {&rollout, &user, &cell}) {
            numbers->resize(n);
        }
        for (auto* values : {&band_before_s, &rate_bps, &kept, &band_s}) {
            values->resize(n);
        }
    }
};

/// A user that is told to go to another station, and how probably that fails.
struct Handover {
    std::size_t user;
    std::size_t target;
    float failure_probability;
};

/// A user whose link has failed, and for how long it is without a cell.
struct Outage {
    std::size_t user;
    float gap_s;
};

/// Why a user's link is seen anew.
enum class Change { COMMANDED, BACK };

/// An access network: what becomes of the links while users walk, and what they carry.
///
/// The engine calls it for blocks of rollouts; different blocks at once from different threads.
/// Whatever happens in a rollout may depend on its own state, seed and slot alone. It keeps
/// State::strength_db up to date.
class Radio {
  public:
    Radio() = default;
    virtual ~Radio() = default;
    Radio(const Radio&) = delete;
    Radio& operator=(const Radio&) = delete;

    /// How many rollouts one call should be for.
    virtual std::size_t BlockSize() const = 0;

    /// More no user gets, whatever its share.
    virtual double LargestBps() const = 0;

    /// A batch of so many rollouts of so many users is about to start.
    virtual void Resize(std::size_t batch, std::size_t n_ue) = 0;

    /// Links of which nothing is known but the law, at the users' places.
    virtual void Start(State& state, std::size_t rollout) = 0;

    /// It is known who is served by whom.
    virtual void Serve(State& state, Rows rows) = 0;

    /// The users have walked State::walked_m in so many seconds, up to where they are.
    virtual void Advance(State& state, Rows rows, double by_s) = 0;

    /// Append the users whose link fails after so many seconds.
    virtual void Watch(State& state, Rows rows, double by_s, std::vector<Outage>& failed) = 0;

    /// Users are told to move. Fill `failure_probability` of each.
    virtual void PredictFailures(const State& state, std::vector<Handover>& handovers) = 0;

    /// A user was told to move, or found a cell again; `moved`: it is in another cell than before.
    virtual void Reassociate(State& state, std::size_t user, Change change, bool moved) = 0;

    /// Fill the rates of those who send or get, whole band, in this slot.
    virtual void Rates(State& state, Rows rows, Senders& senders, Way way) = 0;

    /// These have had so much of their bands.
    virtual void Sent(State& state, Rows rows, const Senders& senders, Way way) = 0;

    /// Put a rollout of another batch in the place of one of this.
    virtual void CopyFrom(std::size_t rollout, const Radio& other, std::size_t row) = 0;
};

}  // namespace twin
