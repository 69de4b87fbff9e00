// SPDX-License-Identifier: GPL-2.0-only
#include "scheduler-tap.h"

#include "mac/rb-groups.h"

#include "ns3/component-carrier-enb.h"
#include "ns3/ff-mac-scheduler.h"
#include "ns3/lte-enb-mac.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

constexpr std::uint8_t FIRST_DATA_LCID = 3;  // 0 to 2 are signalling (TS 36.331, 6.2.2)

}  // namespace

void SchedulerListener::OnDownlinkCqi(int, std::size_t, std::uint8_t) {}
void SchedulerListener::OnDownlinkGrant(int, std::size_t, const Grant&) {}
void SchedulerListener::OnUplinkGrant(int, std::size_t, const Grant&) {}
void SchedulerListener::OnDownlinkQueue(int, std::size_t, std::uint32_t) {}
void SchedulerListener::OnBufferStatus(int, std::size_t, const std::vector<std::uint8_t>&) {}

SchedulerTap::SchedulerTap(const LteNetwork& network,
                           std::size_t bs,
                           RntiDirectory& directory,
                           std::vector<SchedulerListener*> listeners)
    : m_bs(bs), m_directory(directory), m_listeners(std::move(listeners)) {
    const auto& device = network.Bs()[bs].device;
    const auto carrier = ns3::DynamicCast<ns3::ComponentCarrierEnb>(device->GetCcMap().at(0));
    m_downlink_rb = carrier->GetDlBandwidth();
    m_rb_per_rbg = RbPerRbg(m_downlink_rb);
    const auto scheduler = carrier->GetFfMacScheduler();
    const auto mac = carrier->GetMac();
    m_scheduler = scheduler->GetFfMacSchedSapProvider();
    m_mac = mac->GetFfMacSchedSapUser();
    mac->SetFfMacSchedSapProvider(this);
    scheduler->SetFfMacSchedSapUser(this);
}

void SchedulerTap::SchedDlRlcBufferReq(const SchedDlRlcBufferReqParameters& params) {
    if (params.m_logicalChannelIdentity >= FIRST_DATA_LCID) {
        const int ue = m_directory.UeOf(m_bs, params.m_rnti);
        for (SchedulerListener* listener : m_listeners) {
            listener->OnDownlinkQueue(
                ue, m_bs, params.m_rlcTransmissionQueueSize + params.m_rlcRetransmissionQueueSize);
        }
    }
    m_scheduler->SchedDlRlcBufferReq(params);
}

void SchedulerTap::SchedDlCqiInfoReq(const SchedDlCqiInfoReqParameters& params) {
    for (const ns3::CqiListElement_s& report : params.m_cqiList) {
        if (report.m_cqiType == ns3::CqiListElement_s::P10) {
            const int ue = m_directory.UeOf(m_bs, report.m_rnti);
            for (SchedulerListener* listener : m_listeners) {
                listener->OnDownlinkCqi(ue, m_bs, report.m_wbCqi.at(0));
            }
        }
    }
    m_scheduler->SchedDlCqiInfoReq(params);
}

void SchedulerTap::SchedUlMacCtrlInfoReq(const SchedUlMacCtrlInfoReqParameters& params) {
    for (const ns3::MacCeListElement_s& element : params.m_macCeList) {
        if (element.m_macCeType == ns3::MacCeListElement_s::BSR) {
            const int ue = m_directory.UeOf(m_bs, element.m_rnti);
            for (SchedulerListener* listener : m_listeners) {
                listener->OnBufferStatus(ue, m_bs, element.m_macCeValue.m_bufferStatus);
            }
        }
    }
    m_scheduler->SchedUlMacCtrlInfoReq(params);
}

void SchedulerTap::SchedDlConfigInd(const SchedDlConfigIndParameters& params) {
    for (const ns3::BuildDataListElement_s& data : params.m_buildDataList) {
        std::uint32_t data_bytes = 0;
        for (const auto& block : data.m_rlcPduList) {
            for (const ns3::RlcPduListElement_s& pdu : block) {
                data_bytes += pdu.m_logicalChannelIdentity >= FIRST_DATA_LCID ? pdu.m_size : 0;
            }
        }
        const SchedulerListener::Grant grant{.n_rb = CountRb(data.m_dci.m_rbBitmap),
                                             .mcs = data.m_dci.m_mcs.at(0),
                                             .block_bytes = data.m_dci.m_tbsSize.at(0),
                                             .first = data.m_dci.m_ndi.at(0) == 1,
                                             .data_bytes = data_bytes};
        const int ue = m_directory.UeOf(m_bs, data.m_rnti);
        for (SchedulerListener* listener : m_listeners) {
            listener->OnDownlinkGrant(ue, m_bs, grant);
        }
    }
    for (const ns3::BuildRarListElement_s& answer : params.m_buildRarList) {
        const SchedulerListener::Grant grant{.n_rb = answer.m_grant.m_rbLen,
                                             .mcs = answer.m_grant.m_mcs,
                                             .block_bytes = answer.m_grant.m_tbSize,
                                             .first = true,
                                             .data_bytes = 0};
        for (SchedulerListener* listener : m_listeners) {
            listener->OnUplinkGrant(m_directory.UeOf(m_bs, answer.m_rnti), m_bs, grant);
        }
    }
    m_mac->SchedDlConfigInd(params);
}

void SchedulerTap::SchedUlConfigInd(const SchedUlConfigIndParameters& params) {
    for (const ns3::UlDciListElement_s& dci : params.m_dciList) {
        const SchedulerListener::Grant grant{.n_rb = dci.m_rbLen,
                                             .mcs = dci.m_mcs,
                                             .block_bytes = dci.m_tbSize,
                                             .first = dci.m_ndi == 1,
                                             .data_bytes = 0};
        const int ue = m_directory.UeOf(m_bs, dci.m_rnti);
        for (SchedulerListener* listener : m_listeners) {
            listener->OnUplinkGrant(ue, m_bs, grant);
        }
    }
    m_mac->SchedUlConfigInd(params);
}

std::uint32_t SchedulerTap::CountRb(std::uint32_t rbg_bitmap) const {
    std::uint32_t n_rb = 0;
    for (std::uint32_t first_rb = 0; first_rb < m_downlink_rb; first_rb += m_rb_per_rbg) {
        n_rb += (rbg_bitmap & 1) != 0 ? std::min(m_rb_per_rbg, m_downlink_rb - first_rb) : 0;
        rbg_bitmap >>= 1;
    }
    return n_rb;
}

// What concerns no listener.

void SchedulerTap::SchedDlPagingBufferReq(const SchedDlPagingBufferReqParameters& params) {
    m_scheduler->SchedDlPagingBufferReq(params);
}

void SchedulerTap::SchedDlMacBufferReq(const SchedDlMacBufferReqParameters& params) {
    m_scheduler->SchedDlMacBufferReq(params);
}

void SchedulerTap::SchedDlTriggerReq(const SchedDlTriggerReqParameters& params) {
    m_scheduler->SchedDlTriggerReq(params);
}

void SchedulerTap::SchedDlRachInfoReq(const SchedDlRachInfoReqParameters& params) {
    m_scheduler->SchedDlRachInfoReq(params);
}

void SchedulerTap::SchedUlTriggerReq(const SchedUlTriggerReqParameters& params) {
    m_scheduler->SchedUlTriggerReq(params);
}

void SchedulerTap::SchedUlNoiseInterferenceReq(
    const SchedUlNoiseInterferenceReqParameters& params) {
    m_scheduler->SchedUlNoiseInterferenceReq(params);
}

void SchedulerTap::SchedUlSrInfoReq(const SchedUlSrInfoReqParameters& params) {
    m_scheduler->SchedUlSrInfoReq(params);
}

void SchedulerTap::SchedUlCqiInfoReq(const SchedUlCqiInfoReqParameters& params) {
    m_scheduler->SchedUlCqiInfoReq(params);
}

}  // namespace physical
