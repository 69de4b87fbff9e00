// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace twin {

inline constexpr double NEVER = std::numeric_limits<double>::infinity();
inline constexpr double NOT_YET = std::numeric_limits<double>::quiet_NaN();
inline constexpr int NONE = -1;

/// Rollouts [begin, end) of a batch.
struct Rows {
    std::size_t begin;
    std::size_t end;
};

/// Values of some neighbours of a batch, by their numbers in the batch.
template <class Value>
struct Numbered {
    Value* values = nullptr;  // null: there are none
    std::size_t first = 0;    // number of the first one

    Value& operator[](std::size_t number) const { return values[number - first]; }
    explicit operator bool() const { return values != nullptr; }
};

/// One task of a rollout. A user's tasks pass the radio in the order of their creation, and those
/// at one server are computed in it.
struct Task {
    double created_s;     // since the start of the rollout; negative: before
    double uploaded_s;    // its last bit is at the edge; known once it has left the radio
    double computed_s;    // NaN: not yet
    double downloaded_s;  // its result is at the user; known once it has left the radio
    double done_s;        // NaN: not yet
    double left_s;        // its user went, and it was dropped; NaN: not
    double size_bit;
    double cycles;  // work at the server
    std::int32_t ue;
    std::int32_t bs;    // server that got it; -1: none yet
    std::int32_t next;  // of its user on the way up, later of its user's at the server; -1: none
};

/// What belongs to a rollout as a whole.
struct Clock {
    std::uint64_t seed = 0;
    std::int64_t slot = 0;           // the next one
    double first_created_s = NEVER;  // of all users' next creations
    double next_change_s = NEVER;    // somebody comes or goes
    double next_comer_s = NEVER;
    std::int32_t comers = 0;  // so far
    std::int32_t departures = 0;
    std::int32_t in_system = 0;     // tasks created and not done
    std::int32_t without_cell = 0;  // users
};

/// Where a user's tasks come from.
struct Source {
    double on_probability = 0;  // that it is active when the rollout starts
    double rate_hz = 0;         // tasks per second while active
    double cycles_per_bit = 0;  // work of a task over its size, mean of the user
    double size = 1;            // of its tasks, over that of the settings
    double origin_s = 0;        // when it began
    double active_s = 0;        // clock that stands still in pauses
    double on_ends_s = 0;       // of the active period under way, on that clock
    double paused_s = 0;        // all pauses up to it
    std::int32_t periods = 0;   // active ones so far
    std::int32_t drawn = 0;     // tasks so far
    float phase = 0;            // of its period, where it is periodic
};

/// One of the two ways over the radio.
enum class Way { UP, DOWN };

/// A user's queue on one way over the radio, first come first served: a line of the caches.
struct alignas(64) RadioQueue {
    double begin_s = 0;         // from when on it can be served
    double queue_bit = 0;       // in it
    double head_bit = 0;        // what remains of the first task in it
    double arrives_s = -NEVER;  // when the last task that left it is at the other end
    float sent_bit = 0;         // left the queue in the last slot
    float band_s = 0;           // time of the whole band that the user had in the last slot
    std::int32_t entered = 0;   // tasks so far
    std::int32_t sent = 0;      // of these, those whose last bit has left the queue, or never will
    std::int32_t arrived = 0;   // of these, those that are at the other end or were dropped before
    std::int32_t first = NONE;  // task that is not at the other end
    std::int32_t sending = NONE;  // task whose bits are first in the queue
    std::int32_t last = NONE;     // task that entered last
};

/// Bits of a user on one way, summed.
struct RadioTotals {
    double entered_bit = 0;         // of all tasks so far
    double left_bit = 0;            // of tasks that were dropped, never sent
    double unacknowledged_bit = 0;  // sent, as of the slot below; of results only
    std::int64_t acknowledged_slot = 0;
};

/// A user's connection, and what has become of its tasks.
struct User {
    std::int32_t done = 0;
    std::int32_t last_cell = 0;       // the cell, or the last one of a user without
    float interruption_s = 0;         // of the last handover
    std::int32_t commanded = 0;       // the last command: 0: none, 2: obeyed, 3: refused, 4: failed
    std::int32_t losses = 0;          // connections lost so far
    std::int32_t created_before = 0;  // tasks older than the rollout's first one
    std::int32_t completed_before = 0;  // those of them that were done when it began
};

/// Whether a user is there.
struct Stay {
    double ends_s = NEVER;
    std::int32_t present = 1;     // 0: away
    std::int32_t departure = 0;   // number of the last one among all users'
    std::int32_t tasks_left = 0;  // dropped because the user went
};

/// A user's tasks at one server, first come first served.
struct Flow {
    double work_cycles = 0;  // what remains of all of them
    double head_cycles = 0;  // of the one in service
    double begin_s = 0;      // from when on the flow has been busy
    float used_s = 0;        // time of the whole server in the last slot
    std::int32_t tasks = 0;
    std::int32_t head = NONE;
    std::int32_t tail = NONE;
};

/// A user's retraining jobs, first come first served.
struct Jobs {
    static constexpr int PLACES = 64;  // jobs under way; one more joins the last

    double work_cycles = 0;  // what remains of all jobs
    double head_cycles = 0;  // of the one in service
    double begin_s = 0;      // from when on the server can serve them
    double trained = 0;      // samples of those done
    std::int64_t submitted = 0;
    std::int64_t done = 0;        // of these, those that are done or dropped
    std::int64_t dropped = 0;     // because the user went
    std::int64_t last_done = -1;  // number of the last one done; -1: none yet
    std::int32_t server = 0;      // that has the jobs, or to which they are moving
    float used_s = 0;             // time of the whole server in the last slot
    float samples[PLACES] = {};   // by the jobs' number modulo the places
};

/// Some of the users of a rollout, or of their flows, as bits.
class Marks {
  public:
    Marks() = default;
    Marks(std::size_t rollouts, std::size_t n) : m_words((n + 63) / 64) {
        m_bits.assign(rollouts * m_words, 0);
    }

    void Set(std::size_t rollout, std::size_t i) { Word(rollout, i) |= Bit(i); }
    void Clear(std::size_t rollout, std::size_t i) { Word(rollout, i) &= ~Bit(i); }
    void ClearAll(std::size_t rollout) {
        std::fill_n(m_bits.begin() + static_cast<std::ptrdiff_t>(rollout * m_words), m_words, 0);
    }

    /// Call visit(i) for every i that is set, in order; it may clear i.
    template <class Visit>
    void ForEach(std::size_t rollout, Visit visit) const {
        for (std::size_t w = 0; w < m_words; ++w) {
            VisitBits(m_bits[rollout * m_words + w], 64 * w, visit);
        }
    }

    /// The same of those that others do not have.
    template <class Visit>
    void ForEachBut(const Marks& others, std::size_t rollout, Visit visit) const {
        for (std::size_t i = rollout * m_words, w = 0; w < m_words; ++w) {
            VisitBits(m_bits[i + w] & ~others.m_bits[i + w], 64 * w, visit);
        }
    }

    void CopyFrom(std::size_t rollout, const Marks& other, std::size_t row) {
        std::copy_n(other.m_bits.begin() + static_cast<std::ptrdiff_t>(row * m_words), m_words,
                    m_bits.begin() + static_cast<std::ptrdiff_t>(rollout * m_words));
    }

  private:
    template <class Visit>
    static void VisitBits(std::uint64_t bits, std::size_t first, Visit visit) {
        for (; bits != 0; bits &= bits - 1) {
            visit(first + static_cast<std::size_t>(__builtin_ctzll(bits)));
        }
    }
    static std::uint64_t Bit(std::size_t i) { return std::uint64_t(1) << (i % 64); }
    std::uint64_t& Word(std::size_t rollout, std::size_t i) {
        return m_bits[rollout * m_words + i / 64];
    }

    std::size_t m_words = 0;
    std::vector<std::uint64_t> m_bits;
};

/// All users' queues on one way.
struct Queues {
    Queues(std::size_t rollouts, std::size_t n_ue)
        : of_users(rollouts * n_ue),
          totals(rollouts * n_ue),
          next_arrival_s(rollouts * n_ue, NEVER),
          first_arrival_s(rollouts, NEVER),
          waiting(rollouts, n_ue),
          sent(rollouts, n_ue) {}

    std::vector<RadioQueue> of_users;
    std::vector<RadioTotals> totals;
    std::vector<double> next_arrival_s;   // of each user's tasks; never: none on its way
    std::vector<double> first_arrival_s;  // of all users' in a rollout
    Marks waiting;                        // users whose queue is not empty
    Marks sent;                           // users that sent in the last slot
};

/// All that changes in a batch of rollouts but what the radio keeps for itself. User u of rollout r
/// has the number r · n_ue + u, its flow at server b r · n_ue · n_bs + u · n_bs + b.
struct State {
    /// results: users download them; retrains: servers take jobs.
    State(std::size_t n_rollouts,
          std::size_t users,
          std::size_t stations,
          bool results,
          bool retrains);

    std::size_t batch;
    std::size_t n_ue;
    std::size_t n_bs;
    std::vector<Clock> clocks;

    std::vector<float> x_m;
    std::vector<float> y_m;
    std::vector<float> x_mps;
    std::vector<float> y_mps;
    std::vector<float> left_s;  // until the next leg
    std::vector<std::int32_t> legs;
    std::vector<float> walked_m;  // since the last measurement but one

    std::vector<double> back_s;      // from when on a user's link works; before, it is interrupted
    std::vector<std::int32_t> cell;  // that serves, or will after the handover under way; -1: none
    std::vector<float> strength_db;  // how well each user hears each station, [n_bs][batch · n_ue]
    std::vector<double> next_created_s;
    std::vector<Source> sources;
    std::vector<User> users;
    std::vector<Stay> stays;
    std::vector<Flow> flows;
    std::vector<Jobs> jobs;  // empty where nothing is retrained
    Queues up;
    Queues down;      // empty where tasks have no results
    Marks computing;  // flows that have tasks
    Marks computed;   // flows that were served in the last slot
    std::vector<std::vector<Task>> tasks;

    Queues& On(Way way) { return way == Way::UP ? up : down; }
    const Queues& On(Way way) const { return way == Way::UP ? up : down; }
    std::size_t UsersInAll() const { return batch * n_ue; }
    float StrengthDb(std::size_t user, std::size_t bs) const {
        return strength_db[bs * UsersInAll() + user];
    }
    std::size_t Strongest(std::size_t user) const;

    /// A rollout in which nothing has happened yet.
    void Clear(std::size_t rollout, std::uint64_t seed);

    /// Put a rollout of another batch of the same network in the place of one of this.
    void CopyFrom(std::size_t rollout, const State& other, std::size_t row);
};

}  // namespace twin
