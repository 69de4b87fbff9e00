// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SHARE_FF_MAC_SCHEDULER_H
#define PHYSICAL_SHARE_FF_MAC_SCHEDULER_H

#include "downlink-scheduler.h"
#include "uplink-scheduler.h"

#include "ns3/ff-mac-csched-sap.h"
#include "ns3/ff-mac-sched-sap.h"
#include "ns3/ff-mac-scheduler.h"
#include "ns3/lte-ffr-sap.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace physical {

/**
 * An LTE MAC scheduler whose users get resource blocks in proportion to weights, in both
 * directions.
 *
 * Choose it with `lteHelper->SetSchedulerType("physical::ShareFfMacScheduler")` and set the weights
 * whenever they change; a user without one has `DefaultWeight`. Shares hold on average over some
 * milliseconds, repetitions and signalling included. A weight of 0 stops a user's data, but neither
 * its random access, its signalling nor its HARQ repetitions.
 *
 * The shares are of the whole band: of the frequency reuse algorithms, only ns3::LteFrNoOpAlgorithm
 * is supported.
 */
class ShareFfMacScheduler : public ns3::FfMacScheduler {
  public:
    static ns3::TypeId GetTypeId();
    ShareFfMacScheduler();
    ~ShareFfMacScheduler() override;

    /// @return whether @p rnti is a user of this cell; weights of others are ignored
    bool SetWeight(std::uint16_t rnti, double uplink, double downlink);

    void SetFfMacCschedSapUser(ns3::FfMacCschedSapUser* user) override;
    void SetFfMacSchedSapUser(ns3::FfMacSchedSapUser* user) override;
    ns3::FfMacCschedSapProvider* GetFfMacCschedSapProvider() override;
    ns3::FfMacSchedSapProvider* GetFfMacSchedSapProvider() override;
    void SetLteFfrSapProvider(ns3::LteFfrSapProvider* provider) override;
    ns3::LteFfrSapUser* GetLteFfrSapUser() override;

    /// Resource blocks that a user got in a TTI.
    using AllocationCallback = void (*)(std::uint16_t rnti, bool uplink, std::uint32_t n_rb);

  protected:
    void DoDispose() override;

  private:
    using Csched = ns3::FfMacCschedSapProvider;
    using Sched = ns3::FfMacSchedSapProvider;
    friend ns3::MemberCschedSapProvider<ShareFfMacScheduler>;
    friend ns3::MemberSchedSapProvider<ShareFfMacScheduler>;

    // Primitives of the FemtoForum MAC scheduler interface, in its order.
    void DoCschedCellConfigReq(const Csched::CschedCellConfigReqParameters& params);
    void DoCschedUeConfigReq(const Csched::CschedUeConfigReqParameters& params);
    void DoCschedLcConfigReq(const Csched::CschedLcConfigReqParameters& params);
    void DoCschedLcReleaseReq(const Csched::CschedLcReleaseReqParameters& params);
    void DoCschedUeReleaseReq(const Csched::CschedUeReleaseReqParameters& params);
    void DoSchedDlRlcBufferReq(const Sched::SchedDlRlcBufferReqParameters& params);
    void DoSchedDlPagingBufferReq(const Sched::SchedDlPagingBufferReqParameters& params);
    void DoSchedDlMacBufferReq(const Sched::SchedDlMacBufferReqParameters& params);
    void DoSchedDlTriggerReq(const Sched::SchedDlTriggerReqParameters& params);
    void DoSchedDlRachInfoReq(const Sched::SchedDlRachInfoReqParameters& params);
    void DoSchedDlCqiInfoReq(const Sched::SchedDlCqiInfoReqParameters& params);
    void DoSchedUlTriggerReq(const Sched::SchedUlTriggerReqParameters& params);
    void DoSchedUlNoiseInterferenceReq(const Sched::SchedUlNoiseInterferenceReqParameters& params);
    void DoSchedUlSrInfoReq(const Sched::SchedUlSrInfoReqParameters& params);
    void DoSchedUlMacCtrlInfoReq(const Sched::SchedUlMacCtrlInfoReqParameters& params);
    void DoSchedUlCqiInfoReq(const Sched::SchedUlCqiInfoReqParameters& params);

    std::vector<ns3::BuildRarListElement_s> AnswerRandomAccess();
    void Trace(const std::vector<ShareClaim>& usage, bool uplink);

    ShareMode m_mode = ShareMode::WORK_CONSERVING;
    double m_default_weight = 1;
    std::uint32_t m_cqi_valid_ttis = 1000;
    bool m_harq_enabled = true;
    std::uint8_t m_random_access_mcs = 0;
    ns3::TracedCallback<std::uint16_t, bool, std::uint32_t> m_allocation;

    DownlinkScheduler m_downlink;
    UplinkScheduler m_uplink;
    std::vector<ns3::RachListElement_s> m_random_access;

    std::unique_ptr<ns3::FfMacCschedSapProvider> m_csched_provider;
    std::unique_ptr<ns3::FfMacSchedSapProvider> m_sched_provider;
    std::unique_ptr<ns3::LteFfrSapUser> m_ffr_user;
    ns3::FfMacCschedSapUser* m_csched_user = nullptr;
    ns3::FfMacSchedSapUser* m_sched_user = nullptr;
    ns3::LteFfrSapProvider* m_ffr_provider = nullptr;
};

}  // namespace physical

#endif
