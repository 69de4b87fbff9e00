// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ROAMING_H
#define PHYSICAL_ROAMING_H

#include "wifi-network.h"

#include "ns3/event-id.h"

#include <functional>
#include <vector>

namespace physical {

/**
 * Moves stations from access point to access point.
 *
 * A station that is told where to go changes the channel, sends probes to that one access point and
 * associates with it. One that has lost its access point, or was not answered by the one it was
 * told, probes all channels in turn and takes the strongest that answers (active scanning, IEEE
 * 802.11-2020, 11.1.4.3).
 *
 * Nobody comes to a channel on which an access point still sends to it, since ns-3 aborts on frames
 * of an association that has ended: who goes to an access point on the same channel waits aside, on
 * another one, until it is forgotten.
 */
class Roaming {
  public:
    struct Listener {
        /// The station is associated.
        std::function<void(std::uint32_t ue)> joined;
        /// The station leaves its access point.
        std::function<void(std::uint32_t ue)> left;
        /// The access point that it was told has not answered; the station searches.
        std::function<void(std::uint32_t ue)> gave_up;
        /// The station has lost its access point; it searches.
        std::function<void(std::uint32_t ue, bool heard_beacons)> lost;
    };
    enum class State { OFF, SEARCHING, JOINING, ASSOCIATED };

    Roaming(const WifiNetwork& network, Listener listener);

    /// Leave the present access point, if any, and associate with another one.
    void Join(std::uint32_t ue, std::size_t bs);

    State StateOf(std::uint32_t ue) const { return m_users[ue].state; }
    /// @return index of the access point that the station is associated with; -1: none
    int ServingBs(std::uint32_t ue) const {
        return m_users[ue].state == State::ASSOCIATED ? m_users[ue].bs : -1;
    }

  private:
    struct User {
        State state = State::OFF;
        int bs = -1;                         ///< the access point that has heard of it last
        ns3::WifiPhy::ChannelTuple channel;  ///< where it is or goes
        std::size_t searched = 0;            ///< channels of the present search
        std::vector<double> heard_snr;       ///< in the present search, [n_bs]; 0: not heard
        ns3::EventId next;                   ///< probe, channel or time-out
        ns3::EventId give_up;
    };

    void Watch(std::uint32_t ue);
    void OnSwitched(std::uint32_t ue);
    void OnHeard(std::uint32_t ue, const ns3::Mac48Address& bssid, double snr);
    void OnAssociated(std::uint32_t ue);
    void OnDisassociated(std::uint32_t ue);

    /// Go to a channel, as soon as no answer is due and no access point there sends to it.
    void SwitchTo(std::uint32_t ue, const ns3::WifiPhy::ChannelTuple& channel);
    /// Until when the station may still answer what it has received.
    ns3::Time Answered(std::uint32_t ue) const;
    bool IsSentToOn(std::uint32_t ue, const ns3::WifiPhy::ChannelTuple& channel) const;
    /// Let the access point that knows of the station forget it.
    void Release(std::uint32_t ue);
    void ProbeTarget(std::uint32_t ue);
    void Search(std::uint32_t ue);
    void SearchChannel(std::uint32_t ue);
    void EndSearchOfChannel(std::uint32_t ue);
    /// The access point may not have heard that its answer has arrived: then it ignores the
    /// station, which takes it for lost after a while.
    void CheckAccessPoint(std::uint32_t ue);

    const WifiNetwork& m_network;
    Listener m_listener;
    std::vector<User> m_users;
    std::vector<ns3::WifiPhy::ChannelTuple> m_channels;  ///< all that access points have
};

}  // namespace physical

#endif
