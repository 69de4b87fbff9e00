// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SCHEDULER_TAP_H
#define PHYSICAL_SCHEDULER_TAP_H

#include "lte-network.h"
#include "rnti-directory.h"

#include "ns3/ff-mac-sched-sap.h"

#include <cstdint>
#include <vector>

namespace physical {

/// What a cell's MAC scheduler is told and what it decides. A user is an index, or -1 if the cell
/// does not know yet who it is.
class SchedulerListener {
  public:
    /// A grant for one transport block in the present TTI.
    struct Grant {
        std::uint32_t n_rb;
        int mcs;
        std::uint32_t block_bytes;
        bool first;                ///< no HARQ repetition
        std::uint32_t data_bytes;  ///< downlink: of the data bearers, RLC headers included
    };

    virtual ~SchedulerListener() = default;
    virtual void OnDownlinkCqi(int ue, std::size_t bs, std::uint8_t wideband_cqi);
    virtual void OnDownlinkGrant(int ue, std::size_t bs, const Grant& grant);
    virtual void OnUplinkGrant(int ue, std::size_t bs, const Grant& grant);
    /// The RLC of a data bearer has so much to send.
    virtual void OnDownlinkQueue(int ue, std::size_t bs, std::uint32_t data_bytes);
    /// @param level_index of each logical channel group (TS 36.321, 6.1.3.1)
    virtual void OnBufferStatus(int ue,
                                std::size_t bs,
                                const std::vector<std::uint8_t>& level_index);
};

/**
 * Sits between MAC and scheduler of a base station, passes everything on and tells listeners: the
 * FemtoForum's LTE MAC scheduler interface (v1.11) has what ns-3's trace sources lack, for any
 * scheduler, and costs one call more per message.
 */
class SchedulerTap : public ns3::FfMacSchedSapProvider, public ns3::FfMacSchedSapUser {
  public:
    SchedulerTap(const LteNetwork& network,
                 std::size_t bs,
                 RntiDirectory& directory,
                 std::vector<SchedulerListener*> listeners);
    SchedulerTap(const SchedulerTap&) = delete;
    SchedulerTap& operator=(const SchedulerTap&) = delete;

    void SchedDlRlcBufferReq(const SchedDlRlcBufferReqParameters& params) override;
    void SchedDlPagingBufferReq(const SchedDlPagingBufferReqParameters& params) override;
    void SchedDlMacBufferReq(const SchedDlMacBufferReqParameters& params) override;
    void SchedDlTriggerReq(const SchedDlTriggerReqParameters& params) override;
    void SchedDlRachInfoReq(const SchedDlRachInfoReqParameters& params) override;
    void SchedDlCqiInfoReq(const SchedDlCqiInfoReqParameters& params) override;
    void SchedUlTriggerReq(const SchedUlTriggerReqParameters& params) override;
    void SchedUlNoiseInterferenceReq(const SchedUlNoiseInterferenceReqParameters& params) override;
    void SchedUlSrInfoReq(const SchedUlSrInfoReqParameters& params) override;
    void SchedUlMacCtrlInfoReq(const SchedUlMacCtrlInfoReqParameters& params) override;
    void SchedUlCqiInfoReq(const SchedUlCqiInfoReqParameters& params) override;

    void SchedDlConfigInd(const SchedDlConfigIndParameters& params) override;
    void SchedUlConfigInd(const SchedUlConfigIndParameters& params) override;

  private:
    /// @return resource blocks of the groups in the bitmap (allocation type 0, TS 36.213, 7.1.6.1)
    std::uint32_t CountRb(std::uint32_t rbg_bitmap) const;

    std::size_t m_bs;
    RntiDirectory& m_directory;
    std::uint32_t m_downlink_rb;
    std::uint32_t m_rb_per_rbg;
    ns3::FfMacSchedSapProvider* m_scheduler;
    ns3::FfMacSchedSapUser* m_mac;
    std::vector<SchedulerListener*> m_listeners;
};

}  // namespace physical

#endif
