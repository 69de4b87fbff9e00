// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_WIFI_NETWORK_H
#define PHYSICAL_WIFI_NETWORK_H

#include "access-network.h"
#include "association/releasing-ap-mac.h"
#include "association/target-scan.h"
#include "channel/wifi-channel.h"
#include "device-factory.h"
#include "distribution.h"
#include "wifi-settings.h"

#include "ns3/mobility-model.h"
#include "ns3/net-device-container.h"
#include "ns3/sta-wifi-mac.h"
#include "ns3/wifi-net-device.h"
#include "ns3/wifi-phy.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace physical {

/// An access point as the rest of the scenario sees it.
struct AccessPoint {
    ns3::Ptr<ns3::WifiNetDevice> device;
    ns3::Ptr<ReleasingApMac> mac;
    ns3::Ptr<ns3::MobilityModel> mobility;
    ns3::WifiPhy::ChannelTuple channel;

    ns3::Mac48Address Bssid() const { return mac->GetAddress(); }
};

/// A station as the rest of the scenario sees it.
struct Station {
    ns3::Ptr<ns3::Node> node;
    ns3::Ptr<ns3::WifiNetDevice> device;
    ns3::Ptr<ns3::StaWifiMac> mac;
    ns3::Ptr<TargetScan> scan;
    ns3::Ptr<ns3::MobilityModel> mobility;
};

/// The Wi-Fi network: access points, moving stations, and the wires behind the access points. Who
/// is associated with whom is decided elsewhere.
class WifiNetwork {
  public:
    /// ns-3 attribute defaults that the scenario relies on.
    static void SetNs3Defaults();

    WifiNetwork(const WifiSettings& settings, const AccessPlan& plan);

    const std::vector<AccessPoint>& Bs() const { return m_bs; }
    const std::vector<Station>& Ue() const { return m_ue; }
    const Distribution& Wires() const { return *m_distribution; }

    /// The run number has changed: the radio draws from now on as it says. The maps of line of
    /// sight and shadowing stay.
    void AssignStreams();

    /// @return index of the access point with this BSSID, or -1
    int BsOf(const ns3::Mac48Address& bssid) const;
    /// @return index of the station with this address, or -1
    int UeOf(const ns3::Mac48Address& address) const;

    /// Power at which the user would receive the access point where it is now, by the model of the
    /// channel: stations hear their own channel alone.
    double RssiDbm(std::size_t ue, std::size_t bs) const;
    /// Whether user and access point hear each other where they are now, by that model.
    bool HearEachOther(std::size_t ue, std::size_t bs) const;
    /// Noise of a receiver over the width of the channel.
    double NoiseDbm() const;
    /// @return index of the access point with the strongest signal at the user's place
    std::size_t StrongestBs(std::size_t ue) const;

    /// Below this ns-3's receivers do not notice a preamble (attribute
    /// ns3::ThresholdPreambleDetectionModel::MinimumRssi).
    static constexpr double NOT_HEARD_DBM = -82;

  private:
    void BuildAccessPoints(DeviceFactory& devices);
    void BuildStations(DeviceFactory& devices, const AccessPlan& plan);
    /// Let rate control know the SNR of the channel's model, where it wants to.
    void ConnectRateControl() const;
    ns3::NetDeviceContainer ApDevices() const;
    ns3::NetDeviceContainer StationDevices() const;

    WifiSettings m_settings;
    std::vector<ns3::Ptr<ns3::MobilityModel>> m_places;  ///< of access points, [n_bs]
    WifiChannel m_channel;
    std::vector<AccessPoint> m_bs;
    std::vector<Station> m_ue;
    std::map<ns3::Mac48Address, std::uint32_t> m_ue_of;
    std::optional<Distribution> m_distribution;
};

}  // namespace physical

#endif
