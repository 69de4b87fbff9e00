// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RATE_NETWORK_H
#define PHYSICAL_RATE_NETWORK_H

#include "links.h"
#include "mobility.h"
#include "rate-control-settings.h"

#include "ns3/mac48-address.h"
#include "ns3/mobility-model.h"
#include "ns3/net-device-container.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/random-variable-stream.h"
#include "ns3/wifi-helper.h"
#include "ns3/wifi-mac-helper.h"
#include "ns3/wifi-net-device.h"
#include "ns3/yans-wifi-helper.h"

#include <cstddef>
#include <map>
#include <set>
#include <vector>

namespace physical {

/// An access point, its stations, and what they send: the network whose links ask.
class RateNetwork {
  public:
    /// Attributes of ns-3's as the settings have them; a user's own, given later, win.
    static void SetNs3Defaults(const RateControlSettings& settings);

    /// How the stations move. @throws SettingError if a trace does not fit, or one of them leaves
    static Mobility MobilityOf(const RateControlSettings& settings);

    RateNetwork(const RateControlSettings& settings, Mobility mobility, Links& links);
    RateNetwork(const RateNetwork&) = delete;
    RateNetwork& operator=(const RateNetwork&) = delete;

    void AssignStreams();

  private:
    void BuildChannel();
    void BuildAccessPoint();
    void BuildStation(std::uint32_t station);
    void BuildInterferer();
    ns3::Ptr<ns3::WifiNetDevice> Build(const ns3::Ptr<ns3::MobilityModel>& place,
                                       ns3::WifiMacHelper& mac);
    ns3::Ptr<ns3::MobilityModel> PlaceOf(std::uint32_t station) const;

    /// The sender of a link asks, and what it sends is counted.
    void Connect(const ns3::Ptr<ns3::WifiNetDevice>& sender,
                 const std::map<ns3::Mac48Address, std::size_t>& link_of);
    void StartWhenAssociated();
    void Start(std::size_t link);
    void Send(std::size_t link);
    void SendAtRate(std::size_t link);
    void Interfere();

    RateControlSettings m_settings;
    Links& m_links;
    Mobility m_mobility;
    ns3::Ptr<ns3::PropagationLossModel> m_loss;
    ns3::YansWifiPhyHelper m_phy;
    ns3::WifiHelper m_wifi;
    ns3::Ptr<ns3::WifiNetDevice> m_access_point;
    std::vector<ns3::Ptr<ns3::WifiNetDevice>> m_stations;
    std::vector<ns3::Ptr<ns3::MobilityModel>> m_places;
    ns3::Ptr<ns3::WifiNetDevice> m_interferer;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_gap_s;  ///< between its frames
    ns3::NetDeviceContainer m_devices;                 ///< all
    std::set<std::size_t> m_started;                   ///< links with traffic
};

}  // namespace physical

#endif
