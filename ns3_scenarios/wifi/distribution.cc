// SPDX-License-Identifier: GPL-2.0-only
#include "distribution.h"

#include "wifi-streams.h"

#include "ns3/arp-cache.h"
#include "ns3/bridge-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/packet.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/string.h"
#include "ns3/traffic-control-helper.h"

namespace physical {

namespace {

constexpr std::uint16_t ANNOUNCEMENT = 0x88B5;  // IEEE 802 local experimental EtherType

/// Tell a node another's MAC address: nobody asks for addresses over the air.
void Introduce(const ns3::Ptr<ns3::NetDevice>& at,
               const ns3::Ptr<ns3::NetDevice>& other,
               const ns3::Ipv4Address& address) {
    const auto ip = at->GetNode()->GetObject<ns3::Ipv4L3Protocol>();
    const auto interface = static_cast<std::uint32_t>(ip->GetInterfaceForDevice(at));
    const auto known = ip->GetInterface(interface)->GetArpCache();
    auto* entry = known->Lookup(address);
    if (!entry) {
        entry = known->Add(address);
    }
    entry->SetMacAddress(other->GetAddress());
    entry->MarkPermanent();
}

}  // namespace

Distribution::Distribution(const WifiSettings& settings,
                           const ns3::NetDeviceContainer& ap_devices,
                           const ns3::NetDeviceContainer& station_devices)
    : m_host(ns3::CreateObject<ns3::Node>()) {
    BuildWires(settings, ap_devices);
    BuildSubnet(station_devices);
    AssignStreams();
}

void Distribution::BuildWires(const WifiSettings& settings,
                              const ns3::NetDeviceContainer& ap_devices) {
    const auto number = [](double value) { return std::to_string(value); };
    // ns-3's CSMA is half duplex, and busy for as long as a frame is on its way.
    ns3::SimpleNetDeviceHelper wire;
    wire.SetDeviceAttribute("DataRate",
                            ns3::StringValue(number(settings.distribution_rate_mbps) + "Mbps"));
    wire.SetChannelAttribute("Delay",
                             ns3::StringValue(number(settings.distribution_delay_us) + "us"));
    const auto crossbar = ns3::CreateObject<ns3::Node>();
    ns3::NetDeviceContainer ports;
    for (std::uint32_t bs = 0; bs < ap_devices.GetN(); ++bs) {
        const auto access_point = ap_devices.Get(bs)->GetNode();
        const auto ends = wire.Install(ns3::NodeContainer(access_point, crossbar));
        m_access_point_ends.Add(ends.Get(0));
        ports.Add(ends.Get(1));
        ns3::BridgeHelper().Install(access_point,
                                    ns3::NetDeviceContainer(ap_devices.Get(bs), ends.Get(0)));
    }
    const auto ends =
        ns3::SimpleNetDeviceHelper().Install(ns3::NodeContainer(m_host, crossbar));  // in no time
    m_host_device = ends.Get(0);
    ports.Add(ends.Get(1));
    ns3::BridgeHelper().Install(crossbar, ports);
}

void Distribution::BuildSubnet(const ns3::NetDeviceContainer& station_devices) {
    for (std::uint32_t ue = 0; ue < station_devices.GetN(); ++ue) {
        m_ip_nodes.Add(station_devices.Get(ue)->GetNode());
    }
    m_ip_nodes.Add(m_host);
    ns3::InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(m_ip_nodes);
    ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.0.0");
    m_host_address = addresses.Assign(m_host_device).GetAddress(0);
    const auto interfaces = addresses.Assign(station_devices);
    // The queues of the MAC are the only ones.
    ns3::TrafficControlHelper().Uninstall(station_devices);
    ns3::TrafficControlHelper().Uninstall(m_host_device);
    for (std::uint32_t ue = 0; ue < station_devices.GetN(); ++ue) {
        Introduce(m_host_device, station_devices.Get(ue), interfaces.GetAddress(ue));
    }
}

void Distribution::OnArrived(std::uint32_t bs, const ns3::Ptr<ns3::NetDevice>& station) const {
    // ns-3 forgets all addresses, permanent ones too, when a link goes up or down.
    Introduce(station, m_host_device, m_host_address);
    // Over the air it could be lost, or wait for the station's share.
    m_access_point_ends.Get(bs)->SendFrom(ns3::Create<ns3::Packet>(1), station->GetAddress(),
                                          m_host_device->GetAddress(), ANNOUNCEMENT);
}

void Distribution::AssignStreams() {
    ns3::InternetStackHelper().AssignStreams(m_ip_nodes, DISTRIBUTION_STREAMS);
}

}  // namespace physical
