// SPDX-License-Identifier: GPL-2.0-only
#include "rate-network.h"

#include "message.h"
#include "ofdm-rate.h"

#include "ns3/ap-wifi-mac.h"
#include "ns3/config.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/jakes-propagation-loss-model.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/queue-size.h"
#include "ns3/simulator.h"
#include "ns3/ssid.h"
#include "ns3/sta-wifi-mac.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"
#include "ns3/wifi-mpdu.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-psdu.h"
#include "ns3/yans-wifi-channel.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

namespace physical {

namespace {

constexpr std::uint16_t DATA = 0x88B5;   // IEEE 802 local experimental EtherType
constexpr std::uint32_t WINDOW = 64;     // MPDUs of a block acknowledgement
constexpr std::int32_t SATURATED = 130;  // MPDUs that wait: two windows
constexpr double HEIGHT_M = 1.5;

constexpr std::int64_t DEVICE_STREAMS = 1'000;
constexpr std::int64_t LOSS_STREAM = 500'000;
constexpr std::int64_t INTERFERER_STREAM = 500'100;
constexpr std::int64_t MOBILITY_STREAMS = 600'000;
constexpr std::int64_t SHARED_MOBILITY_STREAM = 599'999;

// What the interferer sends, at 6 Mbit/s: 20 us, then 24 bit in each 4 us (IEEE
// 802.11-2020, 17.4.3).
constexpr std::uint32_t INTERFERENCE_BYTE = 1'500;
constexpr double INTERFERENCE_S = 2.07e-3;

ns3::SsidValue NetworkName() {
    return ns3::SsidValue(ns3::Ssid("ns3-twin"));
}

/// Loss of the first metre in free space (Friis 1946).
double FirstMetreDb(double carrier_hz) {
    return 20 * std::log10(4 * std::numbers::pi * carrier_hz / LIGHT_MPS);
}

ns3::Ptr<ns3::MobilityModel> At(double x_m, double y_m) {
    const auto place = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
    place->SetPosition({x_m, y_m, HEIGHT_M});
    return place;
}

}  // namespace

void RateNetwork::SetNs3Defaults(const RateControlSettings& settings) {
    using ns3::Config::SetDefault;
    SetDefault("ns3::HeConfiguration::GuardInterval",
               ns3::TimeValue(ns3::NanoSeconds(settings.guard_interval_ns)));
    SetDefault("ns3::WifiMac::MpduBufferSize", ns3::UintegerValue(WINDOW));
    SetDefault("ns3::WifiMacQueue::MaxSize",
               ns3::QueueSizeValue(ns3::QueueSize(ns3::QueueSizeUnit::PACKETS,
                                                  2 * SATURATED * (settings.n_stations + 1))));
    SetDefault("ns3::JakesProcess::DopplerFrequencyHz", ns3::DoubleValue(settings.DopplerHz()));
}

Mobility RateNetwork::MobilityOf(const RateControlSettings& settings) {
    const double end_s = settings.warmup_s + settings.duration_s;
    Mobility mobility(settings.mobility, settings.MovementArea(), settings.n_stations,
                      settings.warmup_s, end_s);
    const std::vector<Stay>& stays = mobility.Stays();
    for (std::size_t station = 0; station < stays.size(); ++station) {
        if (stays[station].from_s > settings.warmup_s || stays[station].to_s < end_s) {
            throw SettingError("setting mobility.trace = " + settings.mobility.trace +
                               ": station " + std::to_string(station) + " is there from " +
                               message::Number(stays[station].from_s) + " to " +
                               message::Number(stays[station].to_s) +
                               " s; links need it from warmup_s on, to the end at " +
                               message::Number(end_s) + " s");
        }
    }
    return mobility;
}

RateNetwork::RateNetwork(const RateControlSettings& settings, Mobility mobility, Links& links)
    : m_settings(settings), m_links(links), m_mobility(std::move(mobility)) {
    BuildChannel();
    BuildAccessPoint();
    std::map<ns3::Mac48Address, std::size_t> link_of;
    for (std::uint32_t station = 0; station < settings.n_stations; ++station) {
        BuildStation(station);
        link_of[m_stations.back()->GetMac()->GetAddress()] = station;
    }
    if (settings.direction == "downlink") {
        Connect(m_access_point, link_of);
    } else {
        for (std::size_t link = 0; link < m_stations.size(); ++link) {
            Connect(m_stations[link], {{m_access_point->GetMac()->GetAddress(), link}});
        }
    }
    if (settings.interferer_distance_m > 0) {
        BuildInterferer();
    }
    AssignStreams();
    ns3::Simulator::Schedule(ns3::Seconds(settings.warmup_s), [this] {
        StartWhenAssociated();
        if (m_interferer) {
            Interfere();
        }
    });
}

void RateNetwork::AssignStreams() {
    ns3::WifiHelper::AssignStreams(m_devices, DEVICE_STREAMS);
    m_loss->AssignStreams(LOSS_STREAM);
    if (m_gap_s) {
        m_gap_s->SetStream(INTERFERER_STREAM);
    }
    for (std::size_t station = 0; station < m_places.size(); ++station) {
        m_places[station]->AssignStreams(MOBILITY_STREAMS +
                                         static_cast<std::int64_t>(station) * Mobility::STREAMS);
    }
}

void RateNetwork::BuildChannel() {
    const auto distance = ns3::CreateObject<ns3::LogDistancePropagationLossModel>();
    distance->SetReference(1, FirstMetreDb(m_settings.CarrierHz()));
    distance->SetPathLossExponent(m_settings.path_loss_exponent);
    m_loss = distance;
    if (m_settings.fading == "jakes") {
        m_loss->SetNext(ns3::CreateObject<ns3::JakesPropagationLossModel>());
    } else if (m_settings.fading == "nakagami") {
        const ns3::DoubleValue m(m_settings.nakagami_m);
        m_loss->SetNext(ns3::CreateObjectWithAttributes<ns3::NakagamiPropagationLossModel>(
            "m0", m, "m1", m, "m2", m));
    }
    const auto channel = ns3::CreateObject<ns3::YansWifiChannel>();
    channel->SetPropagationLossModel(m_loss);
    channel->SetPropagationDelayModel(ns3::CreateObject<ns3::ConstantSpeedPropagationDelayModel>());
    m_phy.SetChannel(channel);
    const ns3::DoubleValue power(m_settings.power_dbm);
    const ns3::UintegerValue streams(m_settings.streams);
    m_phy.Set("TxPowerStart", power);
    m_phy.Set("TxPowerEnd", power);
    m_phy.Set("Antennas", streams);
    m_phy.Set("MaxSupportedTxSpatialStreams", streams);
    m_phy.Set("MaxSupportedRxSpatialStreams", streams);
    const std::string band = m_settings.band_ghz == "2.4" ? "BAND_2_4GHZ"
                             : m_settings.band_ghz == "5" ? "BAND_5GHZ"
                                                          : "BAND_6GHZ";
    m_phy.Set("ChannelSettings", ns3::StringValue("{0, " + std::to_string(m_settings.width_mhz) +
                                                  ", " + band + ", 0}"));
    m_wifi.SetStandard(ns3::WIFI_STANDARD_80211ax);
    m_wifi.SetRemoteStationManager("physical::DecidedRateManager");
}

void RateNetwork::BuildAccessPoint() {
    ns3::WifiMacHelper mac;
    mac.SetType("ns3::ApWifiMac", "Ssid", NetworkName(), "BE_MaxAmpduSize",
                ns3::UintegerValue(m_settings.ampdu_byte));
    m_access_point = Build(At(0, 0), mac);
}

void RateNetwork::BuildStation(std::uint32_t station) {
    ns3::WifiMacHelper mac;
    mac.SetType("ns3::StaWifiMac", "Ssid", NetworkName(), "MaxMissedBeacons",
                ns3::UintegerValue(std::numeric_limits<std::uint32_t>::max()), "BE_MaxAmpduSize",
                ns3::UintegerValue(m_settings.ampdu_byte));
    m_places.push_back(PlaceOf(station));
    m_places.back()->Initialize();  // some of ns-3's have a position only from then on
    m_stations.push_back(Build(m_places.back(), mac));
}

void RateNetwork::BuildInterferer() {
    m_gap_s = ns3::CreateObject<ns3::ExponentialRandomVariable>();
    m_gap_s->SetAttribute("Mean", ns3::DoubleValue(INTERFERENCE_S / m_settings.interferer_load));
    // Else broadcasts go at 1 Mbit/s at 2.4 GHz.
    m_wifi.SetRemoteStationManager("physical::DecidedRateManager", "NonUnicastMode",
                                   ns3::StringValue(OfdmRate(m_settings.band_ghz, 6)));
    ns3::WifiMacHelper mac;
    mac.SetType("ns3::AdhocWifiMac");
    m_interferer = Build(At(m_settings.interferer_distance_m, 0), mac);
}

ns3::Ptr<ns3::WifiNetDevice> RateNetwork::Build(const ns3::Ptr<ns3::MobilityModel>& place,
                                                ns3::WifiMacHelper& mac) {
    const auto node = ns3::CreateObject<ns3::Node>();
    node->AggregateObject(place);
    const ns3::NetDeviceContainer made = m_wifi.Install(m_phy, mac, node);
    m_devices.Add(made);
    return ns3::DynamicCast<ns3::WifiNetDevice>(made.Get(0));
}

ns3::Ptr<ns3::MobilityModel> RateNetwork::PlaceOf(std::uint32_t station) const {
    if (m_settings.distance_m > 0) {
        const double angle = 2 * std::numbers::pi * station / m_settings.n_stations;
        return At(m_settings.distance_m * std::cos(angle), m_settings.distance_m * std::sin(angle));
    }
    return m_mobility.Make(station, HEIGHT_M, MOBILITY_STREAMS + station * Mobility::STREAMS,
                           SHARED_MOBILITY_STREAM);
}

void RateNetwork::Connect(const ns3::Ptr<ns3::WifiNetDevice>& sender,
                          const std::map<ns3::Mac48Address, std::size_t>& link_of) {
    ns3::DynamicCast<DecidedRateManager>(sender->GetRemoteStationManager())
        ->Connect([this, link_of](
                      const ns3::Mac48Address& peer) { return m_links.Decide(link_of.at(peer)); },
                  [this, link_of](const ns3::Mac48Address& peer, double snr) {
                      m_links.OnAnswered(link_of.at(peer), 10 * std::log10(snr));
                  });
    using Mpdu = ns3::Ptr<const ns3::WifiMpdu>;
    const auto mac = sender->GetMac();
    const auto gone = [this](std::size_t link) {
        m_links.OnWaiting(link, -1);
        if (m_settings.traffic == "saturated") {
            ns3::Simulator::ScheduleNow([this, link] { Send(link); });
        }
    };
    mac->TraceConnectWithoutContext(
        "AckedMpdu", ns3::Callback<void, Mpdu>([this, link_of, gone](Mpdu mpdu) {
            if (mpdu->GetHeader().IsQosData()) {
                const std::size_t link = link_of.at(mpdu->GetHeader().GetAddr1());
                m_links.OnAcknowledged(link);
                gone(link);
            }
        }));
    mac->TraceConnectWithoutContext("DroppedMpdu",
                                    ns3::Callback<void, ns3::WifiMacDropReason, Mpdu>(
                                        [link_of, gone](ns3::WifiMacDropReason, Mpdu mpdu) {
                                            if (mpdu->GetHeader().IsQosData()) {
                                                gone(link_of.at(mpdu->GetHeader().GetAddr1()));
                                            }
                                        }));
    const auto phy = sender->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        ns3::Callback<void, ns3::WifiConstPsduMap, ns3::WifiTxVector, double>(
            [this, link_of, phy](ns3::WifiConstPsduMap psdus, const ns3::WifiTxVector& vector,
                                 double) {
                const ns3::WifiPsdu& psdu = *psdus.begin()->second;
                const auto link = link_of.find(psdu.GetAddr1());
                const ns3::WifiMacHeader& header = psdu.GetHeader(0);
                if (link == link_of.end() || !(header.IsQosData() || header.IsBlockAckReq())) {
                    return;
                }
                const bool has_mcs =
                    vector.GetMode().GetModulationClass() >= ns3::WIFI_MOD_CLASS_HT;
                const ns3::Time airtime =
                    ns3::WifiPhy::CalculateTxDuration(psdus, vector, phy->GetPhyBand());
                m_links.OnSent(
                    link->second,
                    static_cast<std::uint32_t>(header.IsQosData() ? psdu.GetNMpdus() : 0),
                    has_mcs ? vector.GetMode().GetMcsValue() : -1,
                    static_cast<double>(airtime.GetNanoSeconds()) / 1e3);
            }));
}

void RateNetwork::StartWhenAssociated() {
    // A station knows it before the access point, which until then drops what it is to send.
    const auto access_point = m_access_point->GetRemoteStationManager();
    const bool is_down = m_settings.direction == "downlink";
    for (std::size_t link = 0; link < m_stations.size(); ++link) {
        const auto mac = ns3::DynamicCast<ns3::StaWifiMac>(m_stations[link]->GetMac());
        const ns3::Mac48Address address = mac->GetAddress();
        if (is_down ? access_point->IsAssociated(address) : mac->IsAssociated()) {
            Start(link);
        } else if (is_down) {
            m_access_point->GetMac()->TraceConnectWithoutContext(
                "AssociatedSta", ns3::Callback<void, std::uint16_t, ns3::Mac48Address>(
                                     [this, link, address](std::uint16_t, ns3::Mac48Address who) {
                                         if (who == address) {
                                             Start(link);
                                         }
                                     }));
        } else {
            mac->TraceConnectWithoutContext("Assoc",
                                            ns3::Callback<void, ns3::Mac48Address>(
                                                [this, link](ns3::Mac48Address) { Start(link); }));
        }
    }
}

void RateNetwork::Start(std::size_t link) {
    if (!m_started.insert(link).second) {
        return;  // it associates once more
    }
    if (m_settings.traffic == "cbr") {
        SendAtRate(link);
        return;
    }
    while (m_links.Waiting(link) < SATURATED) {
        Send(link);
    }
}

void RateNetwork::Send(std::size_t link) {
    const bool is_down = m_settings.direction == "downlink";
    const auto& station = m_stations[link];
    m_links.OnWaiting(link, 1);
    (is_down ? m_access_point : station)
        ->Send(ns3::Create<ns3::Packet>(m_settings.payload_byte),
               (is_down ? station : m_access_point)->GetAddress(), DATA);
}

void RateNetwork::SendAtRate(std::size_t link) {
    Send(link);
    ns3::Simulator::Schedule(ns3::Seconds(8e-6 * m_settings.payload_byte / m_settings.rate_mbps),
                             [this, link] { SendAtRate(link); });
}

void RateNetwork::Interfere() {
    m_interferer->Send(ns3::Create<ns3::Packet>(INTERFERENCE_BYTE),
                       ns3::Mac48Address::GetBroadcast(), DATA);
    ns3::Simulator::Schedule(ns3::Seconds(m_gap_s->GetValue()), [this] { Interfere(); });
}

}  // namespace physical
