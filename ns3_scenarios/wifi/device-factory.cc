// SPDX-License-Identifier: GPL-2.0-only
#include "device-factory.h"

#include "ofdm-rate.h"
#include "shares/turn-cost.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/he-configuration.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/ssid.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"
#include "ns3/yans-wifi-channel.h"

#include <map>
#include <string>

namespace physical {

namespace {

ns3::SsidValue NetworkName() {
    return ns3::SsidValue(ns3::Ssid("ns3-twin"));
}

constexpr std::uint32_t LARGEST_AMPDU_BYTES = 65'535;  // ns-3's default

const std::map<std::string, ns3::WifiStandard> STANDARDS{{"n", ns3::WIFI_STANDARD_80211n},
                                                         {"ac", ns3::WIFI_STANDARD_80211ac},
                                                         {"ax", ns3::WIFI_STANDARD_80211ax},
                                                         {"be", ns3::WIFI_STANDARD_80211be}};

/// As the attribute ns3::WifiPhy::ChannelSettings has it: number, width, band, place of the
/// primary.
std::string TextOf(const ns3::WifiPhy::ChannelTuple& channel) {
    const auto [number, width_mhz, band, primary] = channel;
    const std::string band_name = band == ns3::WIFI_PHY_BAND_2_4GHZ ? "BAND_2_4GHZ"
                                  : band == ns3::WIFI_PHY_BAND_5GHZ ? "BAND_5GHZ"
                                                                    : "BAND_6GHZ";
    return "{" + std::to_string(number) + ", " +
           std::to_string(static_cast<std::uint32_t>(width_mhz)) + ", " + band_name + ", " +
           std::to_string(primary) + "}";
}

/// Modulations by ns-3's names.
std::string ModeOf(const WifiSettings& settings) {
    const std::string family = settings.standard == "n"    ? "Ht"
                               : settings.standard == "ac" ? "Vht"
                               : settings.standard == "ax" ? "He"
                                                           : "Eht";
    // Those of HT say the number of streams, too (IEEE 802.11-2020, 19.5).
    const std::uint32_t mcs =
        settings.constant_mcs + (settings.standard == "n" ? 8 * (settings.streams - 1) : 0);
    return family + "Mcs" + std::to_string(mcs);
}

}  // namespace

DeviceFactory::DeviceFactory(const WifiSettings& settings,
                             const ns3::Ptr<ns3::PropagationLossModel>& loss)
    : m_settings(settings) {
    m_wifi.SetStandard(STANDARDS.at(settings.standard));
    SetRateControl();
    const auto delay = ns3::CreateObject<ns3::ConstantSpeedPropagationDelayModel>();
    if (settings.phy == "yans") {
        const auto channel = ns3::CreateObject<ns3::YansWifiChannel>();
        channel->SetPropagationLossModel(loss);
        channel->SetPropagationDelayModel(delay);
        m_yans.SetChannel(channel);
    } else {
        const auto channel = ns3::CreateObject<ns3::MultiModelSpectrumChannel>();
        channel->AddPropagationLossModel(loss);
        channel->SetPropagationDelayModel(delay);
        m_spectrum.SetChannel(channel);
    }
    Phy().Set("Antennas", ns3::UintegerValue(settings.streams));
    Phy().Set("MaxSupportedTxSpatialStreams", ns3::UintegerValue(settings.streams));
    Phy().Set("MaxSupportedRxSpatialStreams", ns3::UintegerValue(settings.streams));
    Phy().Set("RxNoiseFigure", ns3::DoubleValue(settings.noise_figure_db));
}

void DeviceFactory::SetRateControl() {
    if (m_settings.rate_control == "ideal") {
        m_wifi.SetRemoteStationManager("physical::AttentiveRateControl");
    } else if (m_settings.rate_control == "minstrel-ht") {
        m_wifi.SetRemoteStationManager("ns3::MinstrelHtWifiManager");
    } else {
        m_wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager", "DataMode",
                                       ns3::StringValue(ModeOf(m_settings)), "ControlMode",
                                       ns3::StringValue(OfdmRate(m_settings.band_ghz, 6)));
    }
}

ns3::WifiPhyHelper& DeviceFactory::Phy() {
    return m_settings.phy == "yans" ? static_cast<ns3::WifiPhyHelper&>(m_yans) : m_spectrum;
}

ns3::Ptr<ns3::WifiNetDevice> DeviceFactory::MakeAccessPoint(
    const ns3::Ptr<ns3::Node>& node, const ns3::WifiPhy::ChannelTuple& channel) {
    ns3::WifiMacHelper mac;
    mac.SetType("physical::ReleasingApMac", "Ssid", NetworkName(), "EnableBeaconJitter",
                ns3::BooleanValue(true), "BE_MaxAmpduSize",
                ns3::UintegerValue(m_settings.downlink_shares ? AMPDU_OF_A_TURN_BYTES
                                                              : LARGEST_AMPDU_BYTES));
    if (m_settings.shares == "trigger-frames") {
        mac.SetMultiUserScheduler("physical::TriggerScheduler");
    }
    const auto device = Make(node, mac, channel, m_settings.ap_power_dbm);
    if (m_settings.shares == "trigger-frames") {
        // Answers to an access point of another colour nobody takes for its own's (IEEE
        // 802.11ax-2021, 26.17.3). Its stations take it over.
        device->GetHeConfiguration()->SetAttribute("BssColor", ns3::UintegerValue(++m_bss_color));
    }
    return device;
}

ns3::Ptr<ns3::WifiNetDevice> DeviceFactory::MakeStation(const ns3::Ptr<ns3::Node>& node,
                                                        const ns3::WifiPhy::ChannelTuple& channel) {
    ns3::WifiMacHelper mac;
    mac.SetType(
        "ns3::StaWifiMac", "Ssid", NetworkName(), "ActiveProbing", ns3::BooleanValue(false),
        "MaxMissedBeacons", ns3::UintegerValue(m_settings.missed_beacons), "BE_MaxAmpduSize",
        ns3::UintegerValue(m_settings.HasShares() ? AMPDU_OF_A_TURN_BYTES : LARGEST_AMPDU_BYTES));
    return Make(node, mac, channel, m_settings.station_power_dbm);
}

ns3::Ptr<ns3::WifiNetDevice> DeviceFactory::Make(const ns3::Ptr<ns3::Node>& node,
                                                 const ns3::WifiMacHelper& mac,
                                                 const ns3::WifiPhy::ChannelTuple& channel,
                                                 double power_dbm) {
    Phy().Set("TxPowerStart", ns3::DoubleValue(power_dbm));
    Phy().Set("TxPowerEnd", ns3::DoubleValue(power_dbm));
    Phy().Set("ChannelSettings", ns3::StringValue(TextOf(channel)));
    return ns3::DynamicCast<ns3::WifiNetDevice>(m_wifi.Install(Phy(), mac, node).Get(0));
}

}  // namespace physical
