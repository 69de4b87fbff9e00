// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_UPLINK_SCHEDULER_H
#define PHYSICAL_UPLINK_SCHEDULER_H

#include "channel-quality.h"
#include "grant-sizes.h"
#include "link-adaptation.h"
#include "share-ledger.h"
#include "uplink-band.h"
#include "uplink-buffer.h"
#include "uplink-harq.h"

#include "ns3/ff-mac-common.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace physical {

/// Divides the uplink of a cell, one TTI after the other: random access first, then what must be
/// repeated, then new data by the users' shares.
class UplinkScheduler {
  public:
    ShareLedger& Ledger() { return m_ledger; }
    const ShareLedger& Ledger() const { return m_ledger; }

    void Configure(ShareMode mode, bool harq_enabled, std::uint32_t cqi_valid_ttis);
    void SetBand(std::uint32_t band_rb);

    void AddUser(std::uint16_t rnti, double weight);
    void RemoveUser(std::uint16_t rnti);

    void OnBufferStatus(std::uint16_t rnti, const std::vector<std::uint8_t>& level_index);
    void OnSounding(std::uint16_t rnti, const std::vector<std::uint16_t>& sinr_s11_3);
    /// @param sfn_sf the subframe in which the data signals were received
    void OnDataSinr(std::uint16_t sfn_sf, const std::vector<std::uint16_t>& sinr_s11_3);

    /// A TTI starts.
    /// @param busy resource blocks that may not be used
    void BeginTti(std::vector<bool> busy);

    /// Grant a user its first transmission after random access, in the random access response.
    /// @param bits what it will send
    std::optional<ns3::UlGrant_s> GrantRandomAccess(std::uint16_t rnti,
                                                    std::uint32_t bits,
                                                    std::uint8_t mcs);

    /// Give away the rest of the TTI.
    /// @param feedback on the transmissions granted one HARQ period ago
    std::vector<ns3::UlDciListElement_s> Schedule(
        std::uint16_t sfn_sf, const std::vector<ns3::UlInfoListElement_s>& feedback);

    /// @return the users of the last TTI and what they used
    const std::vector<ShareClaim>& Usage() const { return m_usage; }

  private:
    struct User {
        UplinkBuffer buffer;
        UplinkQuality quality;
        UplinkHarq harq;
        std::uint32_t used_rb = 0;  ///< in this TTI
    };

    void Repeat(const std::vector<ns3::UlInfoListElement_s>& feedback,
                std::vector<ns3::UlDciListElement_s>& grants);
    std::vector<GrantRequest> CollectRequests() const;
    void Place(const std::vector<GrantRequest>& requests,
               std::vector<ns3::UlDciListElement_s>& grants);
    ns3::UlDciListElement_s Grant(std::uint16_t rnti, const UplinkBand::Piece& piece);
    void SettleAccounts();
    void Remember(std::uint16_t sfn_sf);
    void Own(std::uint16_t rnti, const UplinkBand::Piece& piece);

    LinkAdaptation m_link;
    ShareLedger m_ledger;
    ShareMode m_mode = ShareMode::WORK_CONSERVING;
    bool m_harq_enabled = true;
    std::uint32_t m_cqi_valid_ttis = 0;
    std::uint32_t m_band_rb = 0;
    std::int64_t m_tti = 0;

    std::map<std::uint16_t, User> m_users;
    UplinkBand m_band;
    std::vector<ShareClaim> m_usage;

    using Owners = std::vector<std::uint16_t>;  ///< RNTI per resource block, 0: nobody
    Owners m_owners;
    std::deque<std::pair<std::uint16_t, Owners>> m_past_owners;  ///< by subframe
};

}  // namespace physical

#endif
