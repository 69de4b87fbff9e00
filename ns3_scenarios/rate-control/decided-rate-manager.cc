// SPDX-License-Identifier: GPL-2.0-only
#include "decided-rate-manager.h"

#include "ns3/he-phy.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-tx-vector.h"
#include "ns3/wifi-utils.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(DecidedRateManager);

namespace {

constexpr std::int64_t MAX_PEERS = 128;

struct Known {
    const char* label;
    const char* type;  ///< of ns-3's manager
};
constexpr std::array<Known, 4> CONTROLLERS{{
    {"agent", ""},
    {"minstrel-ht", "ns3::MinstrelHtWifiManager"},
    {"ideal", "ns3::IdealWifiManager"},
    {"thompson", "ns3::ThompsonSamplingWifiManager"},
}};

}  // namespace

std::vector<std::string> ControllerLabels() {
    std::vector<std::string> labels;
    for (const Known& known : CONTROLLERS) {
        labels.emplace_back(known.label);
    }
    return labels;
}

struct DecidedRateManager::Peer : public ns3::WifiRemoteStation {
    /// Those that have been in charge; a rate control starts when it is first wanted.
    std::array<std::unique_ptr<StandardRateControl>, CONTROLLERS.size()> controls;
    StandardRateControl* in_charge = nullptr;  ///< of the frame that is under way; null: the agent
    std::int64_t number = 0;
};

ns3::TypeId DecidedRateManager::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::DecidedRateManager")
                                 .SetParent<ns3::WifiRemoteStationManager>()
                                 .AddConstructor<DecidedRateManager>();
    return tid;
}

void DecidedRateManager::Connect(Decide decide, Answered answered) {
    m_decide = std::move(decide);
    m_answered = std::move(answered);
}

std::int64_t DecidedRateManager::AssignStreams(std::int64_t stream) {
    m_stream = stream;
    for (Peer* peer : m_controlled) {
        for (std::size_t i = 0; i < peer->controls.size(); ++i) {
            if (peer->controls[i]) {
                peer->controls[i]->AssignStreams(StreamOf(*peer, i));
            }
        }
    }
    return MAX_PEERS * static_cast<std::int64_t>(CONTROLLERS.size()) * StandardRateControl::STREAMS;
}

ns3::WifiRemoteStation* DecidedRateManager::DoCreateStation() const {
    return new Peer;  // ns-3 deletes it
}

ns3::WifiTxVector DecidedRateManager::DoGetDataTxVector(ns3::WifiRemoteStation* station,
                                                        ChannelWidth allowed) {
    Peer& peer = static_cast<Peer&>(*station);
    const RateDecision decision = m_decide ? m_decide(GetAddress(station)) : RateDecision{};
    if (decision.controller != Controller::AGENT) {
        peer.in_charge = &ControlOf(peer, decision.controller);
        return peer.in_charge->TxVector(allowed);
    }
    peer.in_charge = nullptr;
    const auto streams = static_cast<std::uint8_t>(
        std::min(GetMaxNumberOfTransmitStreams(), GetNumberOfSupportedStreams(station)));
    return VectorOf(station, ns3::HePhy::GetHeMcs(decision.mcs), streams, allowed);
}

ns3::WifiTxVector DecidedRateManager::DoGetRtsTxVector(ns3::WifiRemoteStation* station) {
    return VectorOf(station, GetDefaultMode(), 1, GetChannelWidth(station));
}

void DecidedRateManager::DoReportDataOk(ns3::WifiRemoteStation* station,
                                        double answer_snr,
                                        ns3::WifiMode answer_mode,
                                        double data_snr,
                                        ChannelWidth width,
                                        std::uint8_t streams) {
    if (m_answered) {
        m_answered(GetAddress(station), answer_snr);
    }
    if (StandardRateControl* control = static_cast<Peer*>(station)->in_charge) {
        control->OnFrameAcknowledged(answer_snr, answer_mode, data_snr, width, streams);
    }
}

void DecidedRateManager::DoReportAmpduTxStatus(ns3::WifiRemoteStation* station,
                                               std::uint16_t acknowledged,
                                               std::uint16_t failed,
                                               double answer_snr,
                                               double data_snr,
                                               ChannelWidth width,
                                               std::uint8_t streams) {
    const bool has_come = answer_snr > 0;  // 0 stands for a block acknowledgement that is missed
    if (has_come && m_answered) {
        m_answered(GetAddress(station), answer_snr);
    }
    if (StandardRateControl* control = static_cast<Peer*>(station)->in_charge) {
        control->OnAmpdu(acknowledged, failed, answer_snr, data_snr, width, streams);
    }
}

void DecidedRateManager::DoReportDataFailed(ns3::WifiRemoteStation* station) {
    if (StandardRateControl* control = static_cast<Peer*>(station)->in_charge) {
        control->OnFrameLost();
    }
}

void DecidedRateManager::DoReportFinalDataFailed(ns3::WifiRemoteStation* station) {
    if (StandardRateControl* control = static_cast<Peer*>(station)->in_charge) {
        control->OnFrameGivenUp();
    }
}

StandardRateControl& DecidedRateManager::ControlOf(Peer& peer, Controller controller) {
    const auto i = static_cast<std::size_t>(controller);
    if (!peer.controls[i]) {
        const auto known = std::ranges::find(m_controlled, &peer);
        peer.number = known - m_controlled.begin();
        if (known == m_controlled.end()) {
            m_controlled.push_back(&peer);
        }
        KnownPeer described{.address = GetAddress(&peer)};
        for (std::uint8_t mode = 0; mode < GetNSupported(&peer); ++mode) {
            described.modes.push_back(GetSupported(&peer, mode));
        }
        described.ht = GetStationHtCapabilities(described.address);
        described.vht = GetStationVhtCapabilities(described.address);
        described.he = GetStationHeCapabilities(described.address);
        peer.controls[i] = std::make_unique<StandardRateControl>(
            CONTROLLERS[i].type, described, GetPhy(), GetMac(), StreamOf(peer, i));
    }
    return *peer.controls[i];
}

std::int64_t DecidedRateManager::StreamOf(const Peer& peer, std::size_t controller) const {
    return m_stream + (peer.number * static_cast<std::int64_t>(CONTROLLERS.size()) +
                       static_cast<std::int64_t>(controller)) *
                          StandardRateControl::STREAMS;
}

ns3::WifiTxVector DecidedRateManager::VectorOf(ns3::WifiRemoteStation* station,
                                               ns3::WifiMode mode,
                                               std::uint8_t streams,
                                               ChannelWidth allowed) const {
    ns3::WifiTxVector vector;
    vector.SetMode(mode);
    vector.SetTxPowerLevel(GetDefaultTxPowerLevel());
    vector.SetPreambleType(
        ns3::GetPreambleForTransmission(mode.GetModulationClass(), GetShortPreambleEnabled()));
    vector.SetGuardInterval(ns3::GetGuardIntervalForMode(
        mode, GetShortGuardIntervalSupported(station), GetGuardInterval(station)));
    vector.SetNTx(GetNumberOfAntennas());
    vector.SetNss(streams);
    vector.SetNess(0);
    vector.SetChannelWidth(
        GetPhy()->GetTxBandwidth(mode, std::min(allowed, GetChannelWidth(station))));
    vector.SetAggregation(GetAggregation(station));
    return vector;
}

}  // namespace physical
