// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DISTRIBUTION_H
#define PHYSICAL_DISTRIBUTION_H

#include "wifi-settings.h"

#include "ns3/ipv4-address.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"

#include <cstdint>

namespace physical {

/// The wired side of the network: a full-duplex wire from each access point to one switch, and a
/// host at it that stands for the edge; all of them and the stations are one subnet (the
/// distribution system of IEEE 802.11-2020, clause 4.3.5).
class Distribution {
  public:
    /// @param ap_devices [n_bs] @param station_devices [n_ue]
    Distribution(const WifiSettings& settings,
                 const ns3::NetDeviceContainer& ap_devices,
                 const ns3::NetDeviceContainer& station_devices);

    ns3::Ptr<ns3::Node> Host() const { return m_host; }
    ns3::Ipv4Address HostAddress() const { return m_host_address; }

    /// A station has come to an access point: it learns the host's address, and the access point
    /// sends a frame in its name, from which the switch learns where it is now. Else it would look
    /// for it where it was.
    void OnArrived(std::uint32_t bs, const ns3::Ptr<ns3::NetDevice>& station) const;

    void AssignStreams();

  private:
    void BuildWires(const WifiSettings& settings, const ns3::NetDeviceContainer& ap_devices);
    void BuildSubnet(const ns3::NetDeviceContainer& station_devices);

    ns3::Ptr<ns3::Node> m_host;
    ns3::Ptr<ns3::NetDevice> m_host_device;
    ns3::Ipv4Address m_host_address;
    ns3::NetDeviceContainer m_access_point_ends;  ///< [n_bs], of the wires
    ns3::NodeContainer m_ip_nodes;
};

}  // namespace physical

#endif
