// SPDX-License-Identifier: GPL-2.0-only
#include "association/roaming.h"

#include "association/forget-peer.h"
#include "channel/channel-plan.h"

#include "ns3/simulator.h"
#include "ns3/wifi-phy-state-helper.h"
#include "ns3/wifi-remote-station-manager.h"

#include <algorithm>
#include <utility>

namespace physical {

using ns3::MilliSeconds;
using ns3::Simulator;

namespace {

const ns3::Time PROBE_INTERVAL = MilliSeconds(20);
const ns3::Time DWELL = MilliSeconds(20);           // on each channel of a search (MaxChannelTime)
const ns3::Time PATIENCE = MilliSeconds(300);       // with the access point that it was told
const ns3::Time ANSWER_TIMEOUT = MilliSeconds(50);  // to a request for association
const ns3::Time RELEASE_WAIT = MilliSeconds(1);
const ns3::Time AFTER_SIFS = ns3::MicroSeconds(1);
const ns3::Time CHECK_AFTER = MilliSeconds(100);

}  // namespace

Roaming::Roaming(const WifiNetwork& network, Listener listener)
    : m_network(network), m_listener(std::move(listener)), m_users(network.Ue().size()) {
    for (const AccessPoint& access_point : network.Bs()) {
        if (std::find(m_channels.begin(), m_channels.end(), access_point.channel) ==
            m_channels.end()) {
            m_channels.push_back(access_point.channel);
        }
    }
    for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
        Watch(ue);
    }
}

void Roaming::Watch(std::uint32_t ue) {
    const Station& station = m_network.Ue()[ue];
    station.scan->Listen(
        [this, ue](const ns3::Mac48Address& bssid, double snr) { OnHeard(ue, bssid, snr); },
        [this, ue] { OnSwitched(ue); });
    using BssidCallback = ns3::Callback<void, ns3::Mac48Address>;
    station.mac->TraceConnectWithoutContext(
        "Assoc", BssidCallback([this, ue](ns3::Mac48Address) { OnAssociated(ue); }));
    station.mac->TraceConnectWithoutContext(
        "DeAssoc", BssidCallback([this, ue](ns3::Mac48Address) { OnDisassociated(ue); }));
}

void Roaming::Join(std::uint32_t ue, std::size_t bs) {
    User& user = m_users[ue];
    Release(ue);
    user.next.Cancel();
    user.give_up.Cancel();
    user.state = State::JOINING;
    user.bs = static_cast<int>(bs);
    user.give_up = Simulator::Schedule(PATIENCE, [this, ue] {
        m_listener.gave_up(ue);
        Search(ue);
    });
    SwitchTo(ue, m_network.Bs()[bs].channel);
}

void Roaming::SwitchTo(std::uint32_t ue, const ns3::WifiPhy::ChannelTuple& channel) {
    User& user = m_users[ue];
    const auto phy = m_network.Ue()[ue].device->GetPhy();
    user.channel = channel;
    user.next.Cancel();
    const auto again = [this, ue, channel] { SwitchTo(ue, channel); };
    if (const ns3::Time answered = Answered(ue); answered > Simulator::Now()) {
        user.next = Simulator::Schedule(answered - Simulator::Now(), again);
    } else if (IsSentToOn(ue, channel)) {
        const auto aside = SpareChannel(channel);
        if (phy->GetChannelNumber() != std::get<0>(aside)) {
            phy->SetOperatingChannel(aside);
        }
        user.next = Simulator::Schedule(RELEASE_WAIT, again);
    } else {
        phy->SetOperatingChannel(channel);
    }
}

ns3::Time Roaming::Answered(std::uint32_t ue) const {
    // ns-3 sends the answer to a frame a SIFS after it, come what may, and aborts where the channel
    // is being switched then.
    const auto phy = m_network.Ue()[ue].device->GetPhy();
    const ns3::Time received = phy->IsStateRx()
                                   ? Simulator::Now() + phy->GetDelayUntilIdle()
                                   : phy->GetState()->GetLastTime({ns3::WifiPhyState::RX});
    return received + phy->GetSifs() + AFTER_SIFS;
}

bool Roaming::IsSentToOn(std::uint32_t ue, const ns3::WifiPhy::ChannelTuple& channel) const {
    const ns3::Mac48Address station = m_network.Ue()[ue].mac->GetAddress();
    return std::any_of(m_network.Bs().begin(), m_network.Bs().end(), [&](const AccessPoint& bs) {
        return bs.channel == channel && !bs.mac->HasReleased(station);
    });
}

void Roaming::Release(std::uint32_t ue) {
    const User& user = m_users[ue];
    const bool known = user.state == State::JOINING || user.state == State::ASSOCIATED;
    if (known) {
        m_network.Bs()[static_cast<std::size_t>(user.bs)].mac->Release(
            m_network.Ue()[ue].mac->GetAddress());
    }
    m_network.Ue()[ue].scan->SetTarget({});
    if (user.state == State::ASSOCIATED) {
        m_listener.left(ue);
    }
}

void Roaming::OnSwitched(std::uint32_t ue) {
    User& user = m_users[ue];
    if (user.state == State::OFF) {
        return;
    }
    // Nothing of the station is on the air now: what waits for other access points would be sent to
    // nobody. The transfers above send it again.
    for (const AccessPoint& access_point : m_network.Bs()) {
        ForgetPeer(*m_network.Ue()[ue].mac, access_point.Bssid());
    }
    const Station& station = m_network.Ue()[ue];
    if (station.device->GetPhy()->GetChannelNumber() != std::get<0>(user.channel)) {
        return;  // aside
    }
    user.next.Cancel();
    if (user.state == State::JOINING) {
        ProbeTarget(ue);
    } else {
        station.mac->EnqueueProbeRequest(station.mac->GetProbeRequest(0), 0);
        user.next = Simulator::Schedule(DWELL, [this, ue] { EndSearchOfChannel(ue); });
    }
}

void Roaming::ProbeTarget(std::uint32_t ue) {
    User& user = m_users[ue];
    const Station& station = m_network.Ue()[ue];
    const AccessPoint& target = m_network.Bs()[static_cast<std::size_t>(user.bs)];
    station.scan->SetTarget(target.Bssid());
    station.mac->EnqueueProbeRequest(station.mac->GetProbeRequest(0), 0, target.Bssid(),
                                     target.Bssid());
    user.next = Simulator::Schedule(PROBE_INTERVAL, [this, ue] { ProbeTarget(ue); });
}

void Roaming::OnHeard(std::uint32_t ue, const ns3::Mac48Address& bssid, double snr) {
    User& user = m_users[ue];
    const int bs = m_network.BsOf(bssid);
    if (bs < 0) {
        return;
    }
    if (user.state == State::JOINING && bs == user.bs) {
        // The station asks for association now.
        user.next.Cancel();
        user.next = Simulator::Schedule(ANSWER_TIMEOUT, [this, ue] { ProbeTarget(ue); });
    } else if (user.state == State::SEARCHING) {
        double& heard = user.heard_snr[static_cast<std::size_t>(bs)];
        heard = std::max(heard, snr);
    }
}

void Roaming::Search(std::uint32_t ue) {
    Release(ue);
    User& user = m_users[ue];
    user.next.Cancel();
    user.give_up.Cancel();
    user.state = State::SEARCHING;
    user.searched = 0;
    user.heard_snr.assign(m_network.Bs().size(), 0);
    SearchChannel(ue);
}

void Roaming::SearchChannel(std::uint32_t ue) {
    SwitchTo(ue, m_channels[m_users[ue].searched]);
}

void Roaming::EndSearchOfChannel(std::uint32_t ue) {
    User& user = m_users[ue];
    if (++user.searched < m_channels.size()) {
        SearchChannel(ue);
        return;
    }
    const auto best = std::max_element(user.heard_snr.begin(), user.heard_snr.end());
    if (*best > 0) {
        Join(ue, static_cast<std::size_t>(best - user.heard_snr.begin()));
    } else {
        Search(ue);
    }
}

void Roaming::OnAssociated(std::uint32_t ue) {
    User& user = m_users[ue];
    user.next.Cancel();
    user.give_up.Cancel();
    m_network.Ue()[ue].scan->SetTarget({});
    user.state = State::ASSOCIATED;
    user.next = Simulator::Schedule(CHECK_AFTER, [this, ue] { CheckAccessPoint(ue); });
    // After ns-3 has finished with the association itself.
    Simulator::ScheduleNow([this, ue] {
        if (m_users[ue].state == State::ASSOCIATED) {
            m_network.Wires().OnArrived(static_cast<std::uint32_t>(m_users[ue].bs),
                                        m_network.Ue()[ue].device);
            m_listener.joined(ue);
        }
    });
}

void Roaming::CheckAccessPoint(std::uint32_t ue) {
    const User& user = m_users[ue];
    const AccessPoint& access_point = m_network.Bs()[static_cast<std::size_t>(user.bs)];
    if (!access_point.mac->IsAssociated(m_network.Ue()[ue].mac->GetAddress())) {
        m_listener.lost(ue, true);
        Search(ue);
    }
}

void Roaming::OnDisassociated(std::uint32_t ue) {
    if (m_users[ue].state == State::ASSOCIATED) {  // not because it goes elsewhere
        m_listener.lost(ue, false);
        // After ns-3 has finished with the loss itself.
        Release(ue);
        m_users[ue].state = State::SEARCHING;
        m_users[ue].next.Cancel();
        m_users[ue].next = Simulator::ScheduleNow([this, ue] { Search(ue); });
    }
}

}  // namespace physical
