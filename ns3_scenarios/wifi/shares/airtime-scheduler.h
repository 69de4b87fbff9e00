// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_SCHEDULER_H
#define PHYSICAL_AIRTIME_SCHEDULER_H

#include "shares/airtime-accounts.h"
#include "shares/airtime-turn.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <map>
#include <optional>

namespace physical {

/**
 * Divides the uplink of one access point by weights of airtime: one station at a time may contend,
 * the one that is furthest behind its share.
 *
 * To the stations this is what service periods of target wake time are (IEEE 802.11ax-2021, 26.8);
 * the frames that agree on them are not simulated.
 */
class AirtimeScheduler {
  public:
    explicit AirtimeScheduler(AirtimeAccounts::Mode mode) : m_accounts(mode) {}

    void Add(std::uint32_t ue, const AirtimeTurn& turn);
    void Remove(std::uint32_t ue);
    /// @param share of all airtime, in quota mode; weight beside the others, else; 0: its data wait
    void SetShare(std::uint32_t ue, double share);

    /// Data have come for the station to send.
    void OnData(std::uint32_t ue);
    /// The station sends data, so long.
    void OnTransmission(std::uint32_t ue, ns3::Time duration);

  private:
    void EndTurn();
    /// Give the turn to the member that is furthest behind, or to nobody.
    void Choose();
    void ChooseLater(ns3::Time wait);
    void OnStalled();

    AirtimeAccounts m_accounts;
    std::map<std::uint32_t, AirtimeTurn> m_turns;
    std::optional<std::uint32_t> m_current;
    ns3::EventId m_choose;
    ns3::EventId m_answered;  ///< the last transmission
    ns3::EventId m_stalled;
};

}  // namespace physical

#endif
