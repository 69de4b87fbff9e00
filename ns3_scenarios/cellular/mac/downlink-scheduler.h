// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DOWNLINK_SCHEDULER_H
#define PHYSICAL_DOWNLINK_SCHEDULER_H

#include "channel-quality.h"
#include "downlink-harq.h"
#include "downlink-queues.h"
#include "grant-sizes.h"
#include "link-adaptation.h"
#include "share-ledger.h"

#include "ns3/ff-mac-common.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace physical {

/// Divides the downlink of a cell, one TTI after the other: first what must be repeated, then new
/// data by the users' shares. One layer; resource block groups (RBGs) of allocation type 0.
class DownlinkScheduler {
  public:
    ShareLedger& Ledger() { return m_ledger; }
    const ShareLedger& Ledger() const { return m_ledger; }

    void Configure(ShareMode mode, bool harq_enabled, std::uint32_t cqi_valid_ttis);
    void SetBand(std::uint32_t band_rb);

    void AddUser(std::uint16_t rnti, double weight);
    void RemoveUser(std::uint16_t rnti);
    void ConfigureBearer(std::uint16_t rnti, std::uint8_t lcid);
    void ReleaseBearer(std::uint16_t rnti, std::uint8_t lcid);

    void OnBufferReport(const DownlinkQueues::Report& report);
    void OnCqi(const ns3::CqiListElement_s& report);

    /// Divide a TTI.
    /// @param busy RBGs that may not be used
    /// @param power_command the transmit power control command of a user (RNTI)
    std::vector<ns3::BuildDataListElement_s> Schedule(
        std::vector<bool> busy,
        const std::vector<ns3::DlInfoListElement_s>& feedback,
        const std::function<std::uint8_t(std::uint16_t)>& power_command);

    /// @return the users of the last TTI and what they used
    const std::vector<ShareClaim>& Usage() const { return m_usage; }

  private:
    struct User {
        DownlinkQueues queues;
        DownlinkQuality quality;
        DownlinkHarq harq;
        std::uint32_t used_rb = 0;  ///< in this TTI
    };
    struct Repetition {
        std::uint16_t rnti;
        std::uint8_t process;
    };
    using Allocations = std::vector<ns3::BuildDataListElement_s>;

    void TakeFeedback(const std::vector<ns3::DlInfoListElement_s>& feedback);
    void Repeat(Allocations& allocations);
    /// @return the RBGs to repeat on: the same ones, else as many others; 0: there are not enough
    std::uint32_t FindRepetitionRbgs(std::uint32_t wanted_bitmap) const;
    bool CanTakeNewBlock(const User& user) const;
    std::vector<GrantRequest> CollectRequests() const;
    void Allocate(const GrantRequest& request,
                  std::uint8_t power_command,
                  Allocations& allocations);
    /// @return the free RBGs on which the user can be reached, the best first
    std::vector<std::uint32_t> ReachableRbgs(const User& user) const;
    void Take(User& user, std::uint32_t rbg_bitmap);
    std::uint32_t FreeRbgs() const;
    void SettleAccounts();

    LinkAdaptation m_link;
    ShareLedger m_ledger;
    ShareMode m_mode = ShareMode::WORK_CONSERVING;
    bool m_harq_enabled = true;
    std::uint32_t m_cqi_valid_ttis = 0;
    std::uint32_t m_rb_per_rbg = 1;
    std::uint32_t m_rbgs = 0;
    std::int64_t m_tti = 0;

    std::map<std::uint16_t, User> m_users;
    std::deque<Repetition> m_repetitions;  ///< due, the oldest first
    std::vector<bool> m_busy;              ///< per RBG, in this TTI
    std::vector<ShareClaim> m_usage;
};

}  // namespace physical

#endif
