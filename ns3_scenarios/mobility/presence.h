// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PRESENCE_H
#define PHYSICAL_PRESENCE_H

#include "settings.h"

#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <vector>

namespace physical {

/// How users come and go; the initial values are the defaults.
struct ArrivalSettings {
    double rate_hz = 0;
    double sojourn_s = 60;

    void Declare(Settings& settings);
};

/// From when until when a user is there, in ns-3 time.
struct Stay {
    double from_s = -std::numeric_limits<double>::infinity();
    double to_s = std::numeric_limits<double>::infinity();

    bool Contains(double time_s) const { return from_s <= time_s && time_s < to_s; }
};

/**
 * Who of n users is there when: all of them throughout; each for one stay that is known before (of
 * a trace); or as a Poisson process brings them.
 *
 * In the last case users are taken from those who are away, who has been away for the longest time
 * first, and stay for an exponential time. Who comes while all are there is turned away: it is
 * Erlang's loss system (M/M/n/n), and starts in its stationary state.
 *
 * Nobody comes or goes between two calls of AdvanceTo(), made at the start of every slot.
 */
class Presence {
  public:
    using Changed = std::function<void(std::uint32_t ue, bool present)>;

    /// Uses the ns-3 random streams first_stream … first_stream + STREAMS - 1.
    /// @param stays of each user [n_ue], without arrivals
    /// @throws SettingError if there are arrivals and stays, or sojourns without arrivals
    Presence(const ArrivalSettings& settings,
             std::vector<Stay> stays,
             double start_s,
             double end_s,
             std::int64_t first_stream);

    static constexpr std::int64_t STREAMS = 3;

    /// Whether somebody is away at some time of the run.
    bool Varies() const { return m_varies; }
    bool IsPresent(std::size_t ue) const { return m_present[ue]; }

    /// Let users come and go up to this time. @param changed told of each
    void AdvanceTo(double time_s, const Changed& changed);

    /// The run number has changed: draw from now on as it says. Nobody comes or goes by that.
    void Redraw(double time_s);

  private:
    bool HasArrivals() const { return m_settings.rate_hz > 0; }
    void AssignStreams();
    /// @return how many are there in the stationary state: Erlang's distribution, of load λ/μ
    std::size_t DrawNumber() const;
    void Leave(double time_s, const Changed& changed);
    void Arrive(double time_s, const Changed& changed);

    ArrivalSettings m_settings;
    std::int64_t m_first_stream;
    bool m_varies;
    std::vector<Stay> m_stays;            ///< [n_ue]; with arrivals: the present or last one
    std::vector<bool> m_present;          ///< [n_ue]
    std::deque<std::uint32_t> m_away;     ///< with arrivals: who can come, in that order
    std::deque<std::uint32_t> m_leaving;  ///< those who have gone at this call
    double m_next_arrival_s = std::numeric_limits<double>::infinity();
    ns3::Ptr<ns3::ExponentialRandomVariable> m_gap_s;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_sojourn_s;
    ns3::Ptr<ns3::UniformRandomVariable> m_uniform;
};

}  // namespace physical

#endif
