// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_LINK_ADAPTATION_H
#define PHYSICAL_LINK_ADAPTATION_H

#include "ns3/lte-amc.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <optional>

namespace physical {

/// A grant below this size may not hold the headers of all bearers of a user, and ns-3's RLC aborts
/// on opportunities that hold no more than a header.
constexpr std::uint32_t SMALLEST_BLOCK_BYTES = 18;
constexpr std::uint32_t BITS_PER_BYTE = 8;

/// Modulation and coding schemes (MCS) and transport block sizes, by ns-3's tables.
class LinkAdaptation {
  public:
    LinkAdaptation() : m_amc(ns3::CreateObject<ns3::LteAmc>()) {}

    /// CQI 0 (out of range) gets the most robust scheme.
    std::uint8_t DownlinkMcs(std::uint8_t cqi) const;
    /// So does an uplink that is too weak or unknown: sounding spreads the user's power over the
    /// whole band, and a narrow grant is received better than that.
    std::uint8_t UplinkMcs(std::optional<double> sinr_db) const;

    /// @return the CQI (TS 36.213 Table 7.2.3-1) that this uplink supports
    std::uint8_t UplinkCqi(double sinr_db) const;

    std::uint32_t DownlinkBytes(std::uint8_t mcs, std::uint32_t n_rb) const;
    std::uint32_t UplinkBytes(std::uint8_t mcs, std::uint32_t n_rb) const;

    /// @return the fewest units whose block holds @p bytes, at most @p most_units
    std::uint32_t DownlinkUnits(std::uint8_t mcs,
                                std::uint32_t bytes,
                                std::uint32_t rb_per_unit,
                                std::uint32_t most_units) const;
    std::uint32_t UplinkUnits(std::uint8_t mcs, std::uint32_t bytes, std::uint32_t most_rb) const;

  private:
    ns3::Ptr<ns3::LteAmc> m_amc;
};

}  // namespace physical

#endif
