// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_SCHEDULER_H
#define PHYSICAL_AIRTIME_SCHEDULER_H

#include "shares/airtime-turn.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <map>
#include <optional>

namespace physical {

/**
 * Divides the uplink of one access point by weights of airtime: one station at a time may contend,
 * the one that is furthest behind its share (start-time fair queueing, Goyal et al. 1997, with
 * the airtime of each transmission as its length).
 *
 * To the stations this is what service periods of target wake time are (IEEE 802.11ax-2021, 26.8);
 * the frames that agree on them are not simulated. In quota mode who has had its part of the time
 * waits, whoever else is idle.
 */
class AirtimeScheduler {
  public:
    enum class Mode { WORK_CONSERVING, QUOTA };

    explicit AirtimeScheduler(Mode mode) : m_mode(mode) {}

    void Add(std::uint32_t ue, const AirtimeTurn& turn);
    void Remove(std::uint32_t ue);
    /// @param share of all airtime, in quota mode; weight beside the others, else; 0: its data wait
    void SetShare(std::uint32_t ue, double share);

    /// Data have come for the station to send.
    void OnData(std::uint32_t ue);
    /// The station sends data, so long.
    void OnTransmission(std::uint32_t ue, ns3::Time duration);

  private:
    struct Member {
        AirtimeTurn turn;
        double share = 0;
        double virtual_s = 0;  ///< airtime over share
        double credit_s = 0;   ///< in quota mode; below 0: it has had more than its part
        ns3::Time credited;    ///< until when
    };

    void Charge(Member& member, ns3::Time airtime) const;
    void Credit(Member& member) const;
    /// Virtual time at which the member's next transmission starts.
    double StartS(const Member& member) const;
    void EndTurn();
    /// Give the turn to the member that is furthest behind, or to nobody.
    void Choose();
    void ChooseLater(ns3::Time wait);
    void OnStalled();

    Mode m_mode;
    std::map<std::uint32_t, Member> m_members;
    std::optional<std::uint32_t> m_current;
    double m_virtual_s = 0;  ///< of whoever had the last turn
    ns3::EventId m_choose;
    ns3::EventId m_answered;  ///< the last transmission
    ns3::EventId m_stalled;
};

}  // namespace physical

#endif
