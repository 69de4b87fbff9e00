// SPDX-License-Identifier: GPL-2.0-only
#include "wifi-network.h"

#include "attentive-rate-control.h"
#include "channel/channel-plan.h"
#include "wifi-streams.h"

#include "ns3/config.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/net-device-container.h"
#include "ns3/nstime.h"
#include "ns3/wifi-helper.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace physical {

namespace {

std::vector<ns3::Ptr<ns3::MobilityModel>> Places(const std::vector<CellPlace>& stations) {
    std::vector<ns3::Ptr<ns3::MobilityModel>> places;
    for (const CellPlace& place : stations) {
        places.push_back(ns3::CreateObject<ns3::ConstantPositionMobilityModel>());
        places.back()->SetPosition(place.position);
    }
    return places;
}

}  // namespace

void WifiNetwork::SetNs3Defaults() {
    // Never: `Roaming` asks again. ns-3 would ask on and on, also an access point that the station
    // has left since.
    ns3::Config::SetDefault("ns3::StaWifiMac::AssocRequestTimeout", ns3::TimeValue(ns3::Days(365)));
}

WifiNetwork::WifiNetwork(const WifiSettings& settings, const AccessPlan& plan)
    : m_settings(settings),
      m_places(Places(plan.stations)),
      m_channel(settings, m_places, MAP_STREAM) {
    DeviceFactory devices(settings, m_channel.Loss());
    BuildAccessPoints(devices);
    BuildStations(devices, plan);
    ConnectRateControl();
    m_distribution.emplace(settings, ApDevices(), StationDevices());
    AssignStreams();
}

void WifiNetwork::BuildAccessPoints(DeviceFactory& devices) {
    const auto channels = PlanChannels(m_settings, static_cast<std::uint32_t>(m_places.size()));
    for (std::size_t bs = 0; bs < m_places.size(); ++bs) {
        const auto node = ns3::CreateObject<ns3::Node>();
        node->AggregateObject(m_places[bs]);
        const auto device = devices.MakeAccessPoint(node, channels[bs]);
        m_bs.push_back({device, ns3::DynamicCast<ReleasingApMac>(device->GetMac()), m_places[bs],
                        channels[bs]});
    }
}

void WifiNetwork::BuildStations(DeviceFactory& devices, const AccessPlan& plan) {
    for (std::uint32_t ue = 0; ue < plan.n_ue; ++ue) {
        const auto node = ns3::CreateObject<ns3::Node>();
        const auto movement = plan.make_movement(ue);
        node->AggregateObject(movement);
        movement->Initialize();  // some of ns-3's have a position only from then on
        const auto device = devices.MakeStation(node, m_bs.front().channel);
        const auto mac = ns3::DynamicCast<ns3::StaWifiMac>(device->GetMac());
        const auto scan = ns3::CreateObject<TargetScan>();
        mac->SetAssocManager(scan);
        m_ue.push_back({node, device, mac, scan, movement});
        m_ue_of[mac->GetAddress()] = ue;
    }
}

void WifiNetwork::ConnectRateControl() const {
    const auto connect = [](const ns3::Ptr<ns3::WifiNetDevice>& device,
                            AttentiveRateControl::Snr snr) {
        const auto control =
            ns3::DynamicCast<AttentiveRateControl>(device->GetRemoteStationManager());
        if (control) {
            control->Ask(std::move(snr));
        }
    };
    const auto snr = [this](std::size_t ue, std::size_t bs, double power_dbm) {
        const double rssi_dbm = RssiDbm(ue, bs) - m_settings.ap_power_dbm + power_dbm;
        return std::pow(10, (rssi_dbm - NoiseDbm()) / 10);
    };
    for (std::size_t ue = 0; ue < m_ue.size(); ++ue) {
        connect(m_ue[ue].device, [this, ue, snr](const ns3::Mac48Address& peer) {
            return snr(ue, static_cast<std::size_t>(BsOf(peer)), m_settings.station_power_dbm);
        });
    }
    for (std::size_t bs = 0; bs < m_bs.size(); ++bs) {
        connect(m_bs[bs].device, [this, bs, snr](const ns3::Mac48Address& peer) {
            return snr(static_cast<std::size_t>(UeOf(peer)), bs, m_settings.ap_power_dbm);
        });
    }
}

ns3::NetDeviceContainer WifiNetwork::ApDevices() const {
    ns3::NetDeviceContainer devices;
    for (const AccessPoint& access_point : m_bs) {
        devices.Add(access_point.device);
    }
    return devices;
}

ns3::NetDeviceContainer WifiNetwork::StationDevices() const {
    ns3::NetDeviceContainer devices;
    for (const Station& station : m_ue) {
        devices.Add(station.device);
    }
    return devices;
}

void WifiNetwork::AssignStreams() {
    ns3::WifiHelper::AssignStreams(ApDevices(), AP_STREAMS);
    ns3::WifiHelper::AssignStreams(StationDevices(), STATION_STREAMS);
    m_distribution->AssignStreams();
}

int WifiNetwork::BsOf(const ns3::Mac48Address& bssid) const {
    for (std::size_t bs = 0; bs < m_bs.size(); ++bs) {
        if (m_bs[bs].Bssid() == bssid) {
            return static_cast<int>(bs);
        }
    }
    return -1;
}

int WifiNetwork::UeOf(const ns3::Mac48Address& address) const {
    const auto found = m_ue_of.find(address);
    return found == m_ue_of.end() ? -1 : static_cast<int>(found->second);
}

double WifiNetwork::RssiDbm(std::size_t ue, std::size_t bs) const {
    return m_channel.Loss()->CalcRxPower(m_settings.ap_power_dbm, m_bs[bs].mobility,
                                         m_ue[ue].mobility);
}

bool WifiNetwork::HearEachOther(std::size_t ue, std::size_t bs) const {
    const double weaker_dbm = std::min(m_settings.ap_power_dbm, m_settings.station_power_dbm);
    return RssiDbm(ue, bs) - m_settings.ap_power_dbm + weaker_dbm >= NOT_HEARD_DBM;
}

double WifiNetwork::NoiseDbm() const {
    constexpr double THERMAL_DBM_PER_HZ = -174;  // at 290 K
    return THERMAL_DBM_PER_HZ + 10 * std::log10(m_settings.width_mhz * 1e6) +
           m_settings.noise_figure_db;
}

std::size_t WifiNetwork::StrongestBs(std::size_t ue) const {
    std::size_t strongest = 0;
    for (std::size_t bs = 1; bs < m_bs.size(); ++bs) {
        if (RssiDbm(ue, bs) > RssiDbm(ue, strongest)) {
            strongest = bs;
        }
    }
    return strongest;
}

}  // namespace physical
