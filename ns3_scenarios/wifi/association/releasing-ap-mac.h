// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RELEASING_AP_MAC_H
#define PHYSICAL_RELEASING_AP_MAC_H

#include "ns3/ap-wifi-mac.h"
#include "ns3/nstime.h"

#include <functional>
#include <set>
#include <utility>

namespace physical {

/**
 * An access point that can be told that a station has left.
 *
 * ns-3 3.44 forgets a station only on a disassociation frame, and then but by half: the association
 * identifier (AID) stays in one of two lists, and ns-3 aborts when it is given out anew. A station
 * that leaves unheard keeps its frames queued and its block ack agreements in force.
 */
class ReleasingApMac : public ns3::ApWifiMac {
  public:
    static ns3::TypeId GetTypeId();

    /// Until when frames of a station may arrive that the access point has asked for.
    using AnswersUntil = std::function<ns3::Time(const ns3::Mac48Address& station)>;

    /// Whom to ask before a station's AID is forgotten: ns-3 finds an answer's sender by it, or
    /// aborts.
    void SetAnswersUntil(AnswersUntil answers_until) { m_answers_until = std::move(answers_until); }

    /// The station is leaving: forget its AID and state as soon as it does not answer any more, its
    /// frames and agreements as soon as none of its frames can be on the air, in neither direction.
    void Release(const ns3::Mac48Address& station);

    /// Whether nothing is left of the station.
    bool HasReleased(const ns3::Mac48Address& station) const {
        return !m_leaving.contains(station);
    }

  private:
    void DropState(const ns3::Mac48Address& station);
    void DropFrames(const ns3::Mac48Address& station);

    AnswersUntil m_answers_until;
    std::set<ns3::Mac48Address> m_leaving;
};

}  // namespace physical

#endif
