// SPDX-License-Identifier: GPL-2.0-only
#include "share-ff-mac-scheduler.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/lte-vendor-specific-parameters.h"
#include "ns3/uinteger.h"

NS_LOG_COMPONENT_DEFINE("ShareFfMacScheduler");

namespace physical {

namespace {

/// Only an ns-3 that knows former names (3.43) is told one.
template <class T>
T WithFormerName(T tid) {
    if constexpr (requires { tid.AddDeprecatedName("twin::ShareFfMacScheduler"); }) {
        tid.AddDeprecatedName("twin::ShareFfMacScheduler");
    }
    return tid;
}

}  // namespace

NS_OBJECT_ENSURE_REGISTERED(ShareFfMacScheduler);

ns3::TypeId ShareFfMacScheduler::GetTypeId() {
    static ns3::TypeId tid =
        WithFormerName(ns3::TypeId("physical::ShareFfMacScheduler"))
            .SetParent<ns3::FfMacScheduler>()
            .SetGroupName("Lte")
            .AddConstructor<ShareFfMacScheduler>()
            .AddAttribute("Mode", "What becomes of the share of a user without data.",
                          ns3::EnumValue(ShareMode::WORK_CONSERVING),
                          ns3::MakeEnumAccessor<ShareMode>(&ShareFfMacScheduler::m_mode),
                          ns3::MakeEnumChecker(ShareMode::WORK_CONSERVING, "WorkConserving",
                                               ShareMode::QUOTA, "Quota"))
            .AddAttribute("DefaultWeight", "Weight of a user to whom none has been given.",
                          ns3::DoubleValue(1),
                          ns3::MakeDoubleAccessor(&ShareFfMacScheduler::m_default_weight),
                          ns3::MakeDoubleChecker<double>(0))
            .AddAttribute("CqiTimerThreshold",
                          "TTIs (1 ms each) after which a channel quality report is outdated.",
                          ns3::UintegerValue(1000),
                          ns3::MakeUintegerAccessor(&ShareFfMacScheduler::m_cqi_valid_ttis),
                          ns3::MakeUintegerChecker<std::uint32_t>())
            .AddAttribute("HarqEnabled", "Whether lost transport blocks are sent again.",
                          ns3::BooleanValue(true),
                          ns3::MakeBooleanAccessor(&ShareFfMacScheduler::m_harq_enabled),
                          ns3::MakeBooleanChecker())
            .AddAttribute("UlGrantMcs",
                          "MCS of the uplink grant in a random access response, 0 to 15.",
                          ns3::UintegerValue(0),
                          ns3::MakeUintegerAccessor(&ShareFfMacScheduler::m_random_access_mcs),
                          ns3::MakeUintegerChecker<std::uint8_t>(0, 15))
            .AddTraceSource("Allocation",
                            "Resource blocks that a user got in a TTI: RNTI, whether it is the "
                            "uplink, and how many, repetitions and signalling included.",
                            ns3::MakeTraceSourceAccessor(&ShareFfMacScheduler::m_allocation),
                            "physical::ShareFfMacScheduler::AllocationCallback");
    return tid;
}

ShareFfMacScheduler::ShareFfMacScheduler()
    : m_csched_provider(std::make_unique<ns3::MemberCschedSapProvider<ShareFfMacScheduler>>(this)),
      m_sched_provider(std::make_unique<ns3::MemberSchedSapProvider<ShareFfMacScheduler>>(this)),
      m_ffr_user(std::make_unique<ns3::MemberLteFfrSapUser<ShareFfMacScheduler>>(this)) {}

ShareFfMacScheduler::~ShareFfMacScheduler() = default;

void ShareFfMacScheduler::DoDispose() {
    m_csched_user = nullptr;
    m_sched_user = nullptr;
    m_ffr_provider = nullptr;
    ns3::FfMacScheduler::DoDispose();
}

bool ShareFfMacScheduler::SetWeight(std::uint16_t rnti, double uplink, double downlink) {
    NS_LOG_FUNCTION(this << rnti << uplink << downlink);
    return m_uplink.Ledger().SetWeight(rnti, uplink) &&
           m_downlink.Ledger().SetWeight(rnti, downlink);
}

void ShareFfMacScheduler::SetFfMacCschedSapUser(ns3::FfMacCschedSapUser* user) {
    m_csched_user = user;
}

void ShareFfMacScheduler::SetFfMacSchedSapUser(ns3::FfMacSchedSapUser* user) {
    m_sched_user = user;
}

ns3::FfMacCschedSapProvider* ShareFfMacScheduler::GetFfMacCschedSapProvider() {
    return m_csched_provider.get();
}

ns3::FfMacSchedSapProvider* ShareFfMacScheduler::GetFfMacSchedSapProvider() {
    return m_sched_provider.get();
}

void ShareFfMacScheduler::SetLteFfrSapProvider(ns3::LteFfrSapProvider* provider) {
    m_ffr_provider = provider;
}

ns3::LteFfrSapUser* ShareFfMacScheduler::GetLteFfrSapUser() {
    return m_ffr_user.get();
}

void ShareFfMacScheduler::DoCschedCellConfigReq(
    const Csched::CschedCellConfigReqParameters& params) {
    NS_LOG_FUNCTION(this << params.m_ulBandwidth << params.m_dlBandwidth);
    m_uplink.Configure(m_mode, m_harq_enabled, m_cqi_valid_ttis);
    m_uplink.SetBand(params.m_ulBandwidth);
    m_downlink.Configure(m_mode, m_harq_enabled, m_cqi_valid_ttis);
    m_downlink.SetBand(params.m_dlBandwidth);
    ns3::FfMacCschedSapUser::CschedCellConfigCnfParameters confirmation;
    confirmation.m_result = ns3::SUCCESS;
    m_csched_user->CschedCellConfigCnf(confirmation);
}

void ShareFfMacScheduler::DoCschedUeConfigReq(const Csched::CschedUeConfigReqParameters& params) {
    NS_LOG_FUNCTION(this << params.m_rnti);
    m_uplink.AddUser(params.m_rnti, m_default_weight);
    m_downlink.AddUser(params.m_rnti, m_default_weight);
}

void ShareFfMacScheduler::DoCschedLcConfigReq(const Csched::CschedLcConfigReqParameters& params) {
    for (const auto& channel : params.m_logicalChannelConfigList) {
        m_downlink.ConfigureBearer(params.m_rnti, channel.m_logicalChannelIdentity);
    }
}

void ShareFfMacScheduler::DoCschedLcReleaseReq(const Csched::CschedLcReleaseReqParameters& params) {
    for (const std::uint8_t lcid : params.m_logicalChannelIdentity) {
        m_downlink.ReleaseBearer(params.m_rnti, lcid);
    }
}

void ShareFfMacScheduler::DoCschedUeReleaseReq(const Csched::CschedUeReleaseReqParameters& params) {
    NS_LOG_FUNCTION(this << params.m_rnti);
    m_uplink.RemoveUser(params.m_rnti);
    m_downlink.RemoveUser(params.m_rnti);
}

void ShareFfMacScheduler::DoSchedDlRlcBufferReq(
    const Sched::SchedDlRlcBufferReqParameters& params) {
    m_downlink.OnBufferReport(params);
}

void ShareFfMacScheduler::DoSchedDlPagingBufferReq(const Sched::SchedDlPagingBufferReqParameters&) {
    NS_LOG_WARN("paging is not modelled in ns-3's LTE: ignored");
}

void ShareFfMacScheduler::DoSchedDlMacBufferReq(const Sched::SchedDlMacBufferReqParameters&) {
    NS_LOG_WARN("MAC control elements are not modelled in ns-3's downlink: ignored");
}

void ShareFfMacScheduler::DoSchedDlTriggerReq(const Sched::SchedDlTriggerReqParameters& params) {
    ns3::FfMacSchedSapUser::SchedDlConfigIndParameters indication;
    m_uplink.BeginTti(m_ffr_provider->GetAvailableUlRbg());
    indication.m_buildRarList = AnswerRandomAccess();
    indication.m_buildDataList =
        m_downlink.Schedule(m_ffr_provider->GetAvailableDlRbg(), params.m_dlInfoList,
                            [this](std::uint16_t rnti) { return m_ffr_provider->GetTpc(rnti); });
    indication.m_nrOfPdcchOfdmSymbols = 1;
    Trace(m_downlink.Usage(), false);
    // Also when there is nothing to send: only then does the MAC forget unanswered preambles.
    m_sched_user->SchedDlConfigInd(indication);
}

void ShareFfMacScheduler::DoSchedDlRachInfoReq(const Sched::SchedDlRachInfoReqParameters& params) {
    m_random_access = params.m_rachList;
}

void ShareFfMacScheduler::DoSchedDlCqiInfoReq(const Sched::SchedDlCqiInfoReqParameters& params) {
    m_ffr_provider->ReportDlCqiInfo(params);
    for (const auto& report : params.m_cqiList) {
        m_downlink.OnCqi(report);
    }
}

void ShareFfMacScheduler::DoSchedUlTriggerReq(const Sched::SchedUlTriggerReqParameters& params) {
    ns3::FfMacSchedSapUser::SchedUlConfigIndParameters indication;
    indication.m_dciList = m_uplink.Schedule(params.m_sfnSf, params.m_ulInfoList);
    Trace(m_uplink.Usage(), true);
    m_sched_user->SchedUlConfigInd(indication);
}

void ShareFfMacScheduler::DoSchedUlNoiseInterferenceReq(
    const Sched::SchedUlNoiseInterferenceReqParameters&) {}

void ShareFfMacScheduler::DoSchedUlSrInfoReq(const Sched::SchedUlSrInfoReqParameters&) {}

void ShareFfMacScheduler::DoSchedUlMacCtrlInfoReq(
    const Sched::SchedUlMacCtrlInfoReqParameters& params) {
    for (const auto& element : params.m_macCeList) {
        if (element.m_macCeType == ns3::MacCeListElement_s::BSR) {
            m_uplink.OnBufferStatus(element.m_rnti, element.m_macCeValue.m_bufferStatus);
        }
    }
}

void ShareFfMacScheduler::DoSchedUlCqiInfoReq(const Sched::SchedUlCqiInfoReqParameters& params) {
    m_ffr_provider->ReportUlCqiInfo(params);
    const ns3::UlCqi_s& cqi = params.m_ulCqi;
    if (m_ulCqiFilter == PUSCH_UL_CQI && cqi.m_type == ns3::UlCqi_s::PUSCH) {
        m_uplink.OnDataSinr(params.m_sfnSf, cqi.m_sinr);
    } else if (m_ulCqiFilter == SRS_UL_CQI && cqi.m_type == ns3::UlCqi_s::SRS) {
        for (const auto& element : params.m_vendorSpecificList) {
            if (const auto rnti = ns3::DynamicCast<ns3::SrsCqiRntiVsp>(element.m_value)) {
                m_uplink.OnSounding(rnti->GetRnti(), cqi.m_sinr);
            }
        }
    }
}

std::vector<ns3::BuildRarListElement_s> ShareFfMacScheduler::AnswerRandomAccess() {
    std::vector<ns3::BuildRarListElement_s> responses;
    for (const auto& access : m_random_access) {
        // A user whose response finds no room sends its preamble again.
        if (const auto grant = m_uplink.GrantRandomAccess(access.m_rnti, access.m_estimatedSize,
                                                          m_random_access_mcs)) {
            ns3::BuildRarListElement_s response;
            response.m_rnti = access.m_rnti;
            response.m_grant = *grant;
            responses.push_back(response);
        }
    }
    m_random_access.clear();
    return responses;
}

void ShareFfMacScheduler::Trace(const std::vector<ShareClaim>& usage, bool uplink) {
    for (const ShareClaim& claim : usage) {
        if (claim.used_rb > 0) {
            m_allocation(claim.rnti, uplink, claim.used_rb);
        }
    }
}

}  // namespace physical
