// SPDX-License-Identifier: GPL-2.0-only
#include "bearer-monitor.h"

#include "ns3/lte-pdcp.h"
#include "ns3/lte-radio-bearer-info.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <iterator>

namespace physical {

namespace {

constexpr std::uint32_t PDCP_HEADER_BYTES = 2;  // 12-bit sequence number (TS 36.323, 6.2.3)
constexpr std::uint32_t RLC_HEADER_BYTES = 2;   // 10-bit sequence number (TS 36.322, 6.2.1.3)

/// Bearers are created one at a time, at the RRC of either side; IMSI, cell, RNTI, bearer.
using BearerCallback =
    ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t, std::uint8_t>;

std::int64_t NowTti() {
    return ns3::Simulator::Now().GetMilliSeconds();
}

}  // namespace

BearerMonitor::BearerMonitor(const LteNetwork& network)
    : m_network(network), m_users(network.Ue().size()) {
    for (std::size_t ue = 0; ue < m_users.size(); ++ue) {
        WatchUser(ue);
    }
    for (const BaseStation& bs : network.Bs()) {
        WatchBaseStation(bs.device->GetRrc());
    }
}

void BearerMonitor::WatchUser(std::size_t ue) {
    const auto rrc = m_network.Ue()[ue].Rrc();
    rrc->TraceConnectWithoutContext(
        "DrbCreated",
        BearerCallback([this, ue, rrc = ns3::PeekPointer(rrc)](std::uint64_t, std::uint16_t,
                                                               std::uint16_t, std::uint8_t) {
            WatchNewestBearer(*rrc, m_users[ue].downlink);
        }));
}

void BearerMonitor::WatchBaseStation(ns3::Ptr<ns3::LteEnbRrc> rrc) {
    rrc->TraceConnectWithoutContext(
        "NewUeContext",
        ns3::Callback<void, std::uint16_t, std::uint16_t>(
            [this, rrc = ns3::PeekPointer(rrc)](std::uint16_t, std::uint16_t rnti) {
                ns3::UeManager* context = ns3::PeekPointer(rrc->GetUeManager(rnti));
                context->TraceConnectWithoutContext(
                    "DrbCreated", BearerCallback([this, context](std::uint64_t imsi, std::uint16_t,
                                                                 std::uint16_t, std::uint8_t) {
                        WatchNewestBearer(*context, m_users[m_network.UeOfImsi(imsi)].uplink);
                    }));
            }));
}

void BearerMonitor::WatchNewestBearer(const ns3::Object& owner, PdcpArrivals& arrivals) {
    ns3::ObjectMapValue bearers;
    owner.GetAttribute("DataRadioBearerMap", bearers);
    const auto newest = std::prev(bearers.End())->second;  // identities ascend
    const auto pdcp = ns3::DynamicCast<ns3::LteDataRadioBearerInfo>(newest)->m_pdcp;
    if (!pdcp) {  // RLC SM, ns-3's saturation mode, has none
        return;
    }
    pdcp->TraceConnectWithoutContext(
        "RxPDU",
        ns3::Callback<void, std::uint16_t, std::uint8_t, std::uint32_t, std::uint64_t>(
            [&arrivals](std::uint16_t, std::uint8_t, std::uint32_t bytes, std::uint64_t delay_ns) {
                ++arrivals.packets;
                arrivals.bytes += bytes - PDCP_HEADER_BYTES;
                arrivals.delay_s += static_cast<double>(delay_ns) * 1e-9;
            }));
}

void BearerMonitor::StartSlot() {
    for (User& user : m_users) {
        user.downlink = {};
        user.uplink = {};
    }
}

BearerMonitor::User* BearerMonitor::Find(int ue, std::size_t bs) {
    if (ue < 0 || m_network.ServingBs(static_cast<std::size_t>(ue)) != static_cast<int>(bs)) {
        return nullptr;
    }
    User& user = m_users[static_cast<std::size_t>(ue)];
    if (user.bs != static_cast<int>(bs)) {
        user.bs = static_cast<int>(bs);
        user.uplink_queue = {};
        user.downlink_queue_bytes = 0;
    }
    return &user;
}

void BearerMonitor::OnDownlinkQueue(int ue, std::size_t bs, std::uint32_t data_bytes) {
    if (User* user = Find(ue, bs)) {
        user->downlink_queue_bytes = data_bytes;
    }
}

void BearerMonitor::OnDownlinkGrant(int ue, std::size_t bs, const Grant& grant) {
    if (User* user = Find(ue, bs); user && grant.first && grant.data_bytes > RLC_HEADER_BYTES) {
        user->downlink_queue_bytes -=
            std::min(user->downlink_queue_bytes, grant.data_bytes - RLC_HEADER_BYTES);
    }
}

void BearerMonitor::OnBufferStatus(int ue,
                                   std::size_t bs,
                                   const std::vector<std::uint8_t>& level_index) {
    if (User* user = Find(ue, bs)) {
        user->uplink_queue.OnReport(level_index, NowTti());
    }
}

void BearerMonitor::OnUplinkGrant(int ue, std::size_t bs, const Grant& grant) {
    if (User* user = Find(ue, bs); user && grant.first) {
        user->uplink_queue.OnGrant(grant.block_bytes, NowTti());
    }
}

}  // namespace physical
