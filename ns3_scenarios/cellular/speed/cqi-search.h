// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CQI_SEARCH_H
#define PHYSICAL_CQI_SEARCH_H

#include "ns3/lte-amc.h"
#include "ns3/spectrum-value.h"

#include <array>
#include <cstdint>
#include <vector>

namespace physical {

/**
 * The CQIs of ns-3's AMC model "Vienna", found with less work.
 *
 * For every user, subband and millisecond ns-3 computes the block error rate of one MCS after
 * another, up to the first with more than 10 %: half of a simulation's time. But for a given MCS
 * and block size the error rate only falls with the mean mutual information, and that depends on
 * the modulation alone, of which there are three. So a verdict that ns-3 once gave holds for all
 * better, or all worse, channels, and only between the known verdicts is ns-3 asked again. The
 * CQIs are the same to the bit.
 */
class CqiSearch {
  public:
    /// One CQI for each resource block, alike within a subband of `subband_rb`.
    static std::vector<int> Find(ns3::LteAmc& amc,
                                 const ns3::SpectrumValue& sinr,
                                 std::uint8_t subband_rb);

    /// The same by ns-3 itself.
    static std::vector<int> AskNs3(ns3::LteAmc& amc,
                                   const ns3::SpectrumValue& sinr,
                                   std::uint8_t subband_rb);

  private:
    static constexpr std::size_t N_MCS = 29;
    static constexpr int UNKNOWN = -2;

    explicit CqiSearch(ns3::LteAmc& amc, std::uint8_t subband_rb);

    /// How many MCS, from the most robust on, have at most 10 % block errors.
    std::size_t CountUsable(const ns3::SpectrumValue& sinr,
                            const std::vector<int>& resource_blocks);

    /// What is known of an MCS, by mean mutual information per bit.
    struct Verdicts {
        std::uint16_t block_bytes;
        double lowest_usable;
        double highest_unusable;
    };
    std::array<Verdicts, N_MCS> m_verdicts;
    std::array<int, N_MCS + 1> m_cqi;  ///< by the number of usable MCS
};

}  // namespace physical

#endif
