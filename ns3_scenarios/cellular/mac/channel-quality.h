// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CHANNEL_QUALITY_H
#define PHYSICAL_CHANNEL_QUALITY_H

#include "ns3/ff-mac-common.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace physical {

/// What a user last said of its downlink, while that is recent enough.
class DownlinkQuality {
  public:
    void Update(const ns3::CqiListElement_s& report, std::int64_t now_tti);
    void Expire(std::int64_t now_tti, std::uint32_t valid_ttis);

    /// @return channel quality indicator of a resource block group, 0: out of range (TS 36.213
    /// Table 7.2.3-1); the lowest usable one while nothing is known
    std::uint8_t Cqi(std::size_t rbg) const;
    /// @return whether any of the first @p rbgs groups is in range
    bool IsReachable(std::size_t rbgs) const;

  private:
    std::optional<std::uint8_t> m_wideband;
    std::vector<std::uint8_t> m_subband;  ///< empty: not reported
    std::int64_t m_wideband_tti = 0;
    std::int64_t m_subband_tti = 0;
};

/// The uplink SINR of a user per resource block, as measured on sounding or data signals.
class UplinkQuality {
  public:
    void Update(std::size_t rb, std::size_t band_rb, double sinr_db, std::int64_t now_tti);
    void Expire(std::int64_t now_tti, std::uint32_t valid_ttis);

    /// @return the SINR of the worst of these resource blocks, unmeasured ones being as good as the
    /// mean of the measured ones; nothing while none was measured
    std::optional<double> WorstSinrDb(std::size_t first_rb, std::size_t n_rb) const;

  private:
    std::vector<std::optional<double>> m_sinr_db;
    std::int64_t m_updated_tti = 0;
};

}  // namespace physical

#endif
