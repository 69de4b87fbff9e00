// SPDX-License-Identifier: GPL-2.0-only
#include "lte-network.h"

#include "carrier.h"
#include "channel/sector-antenna-model.h"
#include "mac/scheduler-types.h"
#include "radio-streams.h"
#include "speed/ns3-functions.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4.h"
#include "ns3/mobility-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-channel.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace physical {

using ns3::BooleanValue;
using ns3::DoubleValue;
using ns3::Ptr;
using ns3::UintegerValue;

namespace {

/// The shortest SRS period with a place for every user: all may meet in one cell, and one that is
/// handed over holds a place in two (TS 36.213 Table 8.2-1).
std::uint32_t SrsPeriodMs(std::uint32_t n_ue) {
    constexpr std::array<std::uint32_t, 8> STANDARD_MS{2, 5, 10, 20, 40, 80, 160, 320};
    const auto fitting = std::upper_bound(STANDARD_MS.begin(), STANDARD_MS.end(), n_ue);
    return fitting == STANDARD_MS.end() ? STANDARD_MS.back() : *fitting;
}

}  // namespace

void LteNetwork::SetNs3Defaults(const CellularSettings& settings, std::uint32_t n_ue) {
    using ns3::Config::SetDefault;
    SetDefault("ns3::LteHelper::UseIdealRrc", BooleanValue(settings.ideal_rrc));
    SetDefault("ns3::LteEnbPhy::TxPower", DoubleValue(settings.bs_power_dbm));
    SetDefault("ns3::LteUePhy::TxPower", DoubleValue(settings.ue_power_dbm));
    SetDefault("ns3::LteUePowerControl::Pcmax", DoubleValue(settings.ue_power_dbm));
    SetDefault("ns3::LteEnbPhy::NoiseFigure", DoubleValue(settings.bs_noise_figure_db));
    SetDefault("ns3::LteUePhy::NoiseFigure", DoubleValue(settings.ue_noise_figure_db));
    const Carrier carrier = FindCarrier(settings.downlink_mhz, settings.bandwidth_rb);
    SetDefault("ns3::LteEnbNetDevice::DlEarfcn", UintegerValue(carrier.downlink_earfcn));
    SetDefault("ns3::LteEnbNetDevice::UlEarfcn", UintegerValue(carrier.uplink_earfcn));
    SetDefault("ns3::LteUeNetDevice::DlEarfcn", UintegerValue(carrier.downlink_earfcn));
    SetDefault("ns3::LteEnbRrc::SrsPeriodicity", UintegerValue(SrsPeriodMs(n_ue)));
    SetDefault("ns3::LteEnbRrc::EpsBearerToRlcMapping", ns3::StringValue("RlcUmAlways"));
    // The upload keeps a whole window in the RLC; the default of 10 kB would drop most of it.
    SetDefault("ns3::LteRlcUm::MaxTxBufferSize", UintegerValue(1'000'000));
    // Handovers use the preambles that are *not* for contention: leave enough of the 64 to them.
    SetDefault("ns3::LteEnbMac::NumberOfRaPreambles", UintegerValue(16));
    SetDefault("ns3::ThreeGppPropagationLossModel::ShadowingEnabled", BooleanValue(false));
    SetAnswer(settings.error_model == "ns3"     ? Answer::NS3
              : settings.error_model == "check" ? Answer::CHECK
                                                : Answer::SEARCH);
}

LteNetwork::LteNetwork(const CellularSettings& settings, const AccessPlan& plan)
    : m_settings(settings),
      m_plan(plan),
      m_channel(settings.channel, plan.area, CHANNEL_STREAMS),
      m_lte(ns3::CreateObject<ns3::LteHelper>()),
      m_epc(ns3::CreateObject<ns3::PointToPointEpcHelper>()) {
    m_lte->SetEpcHelper(m_epc);
    m_channel.SetPathLoss(*m_lte);
    ChooseScheduler();
    m_lte->SetHandoverAlgorithmType("ns3::NoOpHandoverAlgorithm");  // only the agent decides
    m_lte->SetEnbDeviceAttribute("DlBandwidth", UintegerValue(m_settings.bandwidth_rb));
    m_lte->SetEnbDeviceAttribute("UlBandwidth", UintegerValue(m_settings.bandwidth_rb));

    BuildBaseStations();
    BuildUsers();
    ConnectEdge();
    Attach();
}

void LteNetwork::ChooseScheduler() {
    m_lte->SetSchedulerType(SchedulerTypeOf(m_settings.scheduler));
    if (m_settings.HasBandwidthShares()) {
        m_lte->SetSchedulerAttribute(
            "Mode",
            ns3::StringValue(m_settings.bandwidth_mode == "quota" ? "Quota" : "WorkConserving"));
        // A user that is still on its way into the cell must not count among those who share it.
        m_lte->SetSchedulerAttribute("DefaultWeight", DoubleValue(0));
    }
}

void LteNetwork::BuildBaseStations() {
    ns3::NodeContainer nodes;
    const auto& places = m_plan.stations;
    const auto n_bs = static_cast<std::uint32_t>(places.size());
    nodes.Create(n_bs);
    if (m_plan.layout.sectors > 1) {
        m_lte->SetEnbAntennaModelType(SectorAntennaModel::GetTypeId().GetName());
        m_lte->SetEnbAntennaModelAttribute("Downtilt",
                                           DoubleValue(m_plan.layout.sector_downtilt_deg));
        m_lte->SetEnbAntennaModelAttribute("Gain", DoubleValue(m_plan.layout.sector_gain_dbi));
    }
    ns3::NetDeviceContainer devices;
    for (std::uint32_t bs = 0; bs < n_bs; ++bs) {
        auto mobility = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
        mobility->SetPosition(places[bs].position);
        nodes.Get(bs)->AggregateObject(mobility);
        if (m_plan.layout.sectors > 1) {
            m_lte->SetEnbAntennaModelAttribute("Azimuth", DoubleValue(places[bs].azimuth_deg));
        }
        devices.Add(m_lte->InstallEnbDevice(nodes.Get(bs)));
    }
    m_channel.Install(*m_lte, devices);
    for (std::uint32_t bs = 0; bs < n_bs; ++bs) {
        m_bs.push_back({ns3::DynamicCast<ns3::LteEnbNetDevice>(devices.Get(bs)),
                        places[bs].position, places[bs].azimuth_deg});
        m_bs_of_cell.resize(std::max<std::size_t>(m_bs_of_cell.size(), CellOfBs(bs) + 1U), -1);
        m_bs_of_cell[CellOfBs(bs)] = static_cast<int>(bs);
    }
    m_lte->AddX2Interface(nodes);
    m_lte->AssignStreams(devices, BS_STREAMS);
}

void LteNetwork::BuildUsers() {
    ns3::NodeContainer nodes;
    nodes.Create(m_plan.n_ue);
    for (std::uint32_t ue = 0; ue < m_plan.n_ue; ++ue) {
        const auto movement = m_plan.make_movement(ue);
        nodes.Get(ue)->AggregateObject(movement);
        movement->Initialize();  // some of ns-3's have a position only from then on
        m_channel.AddUser(movement);
    }
    const ns3::NetDeviceContainer devices = m_lte->InstallUeDevice(nodes);
    ns3::InternetStackHelper().Install(nodes);
    m_epc->AssignUeIpv4Address(devices);
    ns3::Ipv4StaticRoutingHelper routing;
    for (std::uint32_t ue = 0; ue < m_plan.n_ue; ++ue) {
        const Ptr<ns3::Node> node = nodes.Get(ue);
        routing.GetStaticRouting(node->GetObject<ns3::Ipv4>())
            ->SetDefaultRoute(m_epc->GetUeDefaultGatewayAddress(), 1);
        m_ue.push_back({node, ns3::DynamicCast<ns3::LteUeNetDevice>(devices.Get(ue)),
                        node->GetObject<ns3::MobilityModel>()});
    }
    m_lte->AssignStreams(devices, UE_STREAMS);
}

void LteNetwork::AssignStreams() {
    ns3::NetDeviceContainer bs_devices;
    for (const BaseStation& bs : m_bs) {
        bs_devices.Add(bs.device);
    }
    ns3::NetDeviceContainer ue_devices;
    for (const UserEquipment& user : m_ue) {
        ue_devices.Add(user.device);
    }
    m_lte->AssignStreams(bs_devices, BS_STREAMS);
    m_lte->AssignStreams(ue_devices, UE_STREAMS);
}

void LteNetwork::ConnectEdge() {
    // ns-3's EPC has no local breakout: the edge is a host behind the packet gateway, reached in no
    // time worth mentioning. Which base station's server a task belongs to is decided above IP.
    m_edge_node = ns3::CreateObject<ns3::Node>();
    ns3::InternetStackHelper().Install(m_edge_node);
    ns3::PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", ns3::StringValue("100Gb/s"));
    link.SetChannelAttribute("Delay", ns3::StringValue("10us"));
    const auto devices = link.Install(m_epc->GetPgwNode(), m_edge_node);
    ns3::Ipv4AddressHelper addresses("1.0.0.0", "255.0.0.0");
    m_edge_address = addresses.Assign(devices).GetAddress(1);
    ns3::Ipv4StaticRoutingHelper()
        .GetStaticRouting(m_edge_node->GetObject<ns3::Ipv4>())
        ->AddNetworkRouteTo("7.0.0.0", "255.0.0.0", 1);
}

void LteNetwork::Attach() {
    // One after another: a crowd that attaches at once collides on the random access preambles,
    // again and again.
    for (std::size_t ue = 0; ue < m_ue.size(); ++ue) {
        const double start_s = m_plan.attach_span_s * static_cast<double>(ue) / m_plan.n_ue;
        ns3::Simulator::Schedule(ns3::Seconds(start_s), [this, ue] {
            m_lte->Attach(m_ue[ue].device, m_bs[StrongestBs(ue)].device);
        });
    }
}

std::size_t LteNetwork::StrongestBs(std::size_t ue) const {
    const auto channel = m_lte->GetDownlinkSpectrumChannel();
    const auto received_dbm = [&](const BaseStation& bs) {
        const auto phy = bs.device->GetPhy();
        const auto bs_mobility = bs.device->GetNode()->GetObject<ns3::MobilityModel>();
        const auto antenna =
            ns3::DynamicCast<ns3::AntennaModel>(phy->GetDlSpectrumPhy()->GetAntenna());
        const ns3::Angles angles(m_ue[ue].mobility->GetPosition(), bs.position);
        return antenna->GetGainDb(angles) + channel->GetPropagationLossModel()->CalcRxPower(
                                                phy->GetTxPower(), bs_mobility, m_ue[ue].mobility);
    };
    const auto strongest =
        std::max_element(m_bs.begin(), m_bs.end(), [&](const BaseStation& a, const BaseStation& b) {
            return received_dbm(a) < received_dbm(b);
        });
    return static_cast<std::size_t>(strongest - m_bs.begin());
}

int LteNetwork::BsOfCell(std::uint16_t cell_id) const {
    return cell_id < m_bs_of_cell.size() ? m_bs_of_cell[cell_id] : -1;
}

int LteNetwork::ServingBs(std::size_t ue) const {
    const auto rrc = m_ue[ue].Rrc();
    const bool connected = rrc->GetState() == ns3::LteUeRrc::CONNECTED_NORMALLY ||
                           rrc->GetState() == ns3::LteUeRrc::CONNECTED_HANDOVER;
    return connected ? BsOfCell(rrc->GetCellId()) : -1;
}

std::uint32_t LteNetwork::UeOfImsi(std::uint64_t imsi) const {
    const auto it = std::find_if(m_ue.begin(), m_ue.end(), [imsi](const UserEquipment& user) {
        return user.device->GetImsi() == imsi;
    });
    if (it == m_ue.end()) {
        throw std::logic_error("no user has IMSI " + std::to_string(imsi));
    }
    return static_cast<std::uint32_t>(it - m_ue.begin());
}

bool LteNetwork::BsKnows(std::size_t bs, std::size_t ue) const {
    const auto rrc = m_bs[bs].device->GetRrc();
    const std::uint16_t rnti = m_ue[ue].Rrc()->GetRnti();
    return rrc->HasUeManager(rnti) &&
           rrc->GetUeManager(rnti)->GetImsi() == m_ue[ue].device->GetImsi();
}

}  // namespace physical
