// SPDX-License-Identifier: GPL-2.0-only
#include "link-adaptation.h"

#include <algorithm>
#include <cmath>

namespace physical {

namespace {

constexpr std::uint8_t MOST_ROBUST_MCS = 0;

/// Gap to the Shannon bound at a bit error rate of 5e-5: -ln(5 BER) / 1.5 (Piro et al., "A
/// two-level scheduling algorithm for QoS support in the downlink of LTE", European Wireless 2010).
const double SNR_GAP = -std::log(5 * 5e-5) / 1.5;

/// Block sizes grow with the allocation, so that the fewest units can be found by bisection.
template <class BytesOf>
std::uint32_t FewestUnits(std::uint32_t bytes, std::uint32_t most_units, BytesOf bytes_of) {
    std::uint32_t low = 1;
    std::uint32_t high = std::max(most_units, 1U);
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (bytes_of(middle) >= bytes) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

}  // namespace

std::uint8_t LinkAdaptation::DownlinkMcs(std::uint8_t cqi) const {
    constexpr std::uint8_t HIGHEST_CQI = 15;  // TS 36.213 Table 7.2.3-1
    return static_cast<std::uint8_t>(m_amc->GetMcsFromCqi(std::min(cqi, HIGHEST_CQI)));
}

std::uint8_t LinkAdaptation::UplinkMcs(std::optional<double> sinr_db) const {
    if (!sinr_db) {
        return MOST_ROBUST_MCS;
    }
    return DownlinkMcs(UplinkCqi(*sinr_db));
}

std::uint8_t LinkAdaptation::UplinkCqi(double sinr_db) const {
    const double efficiency = std::log2(1 + std::pow(10, sinr_db / 10) / SNR_GAP);
    return static_cast<std::uint8_t>(m_amc->GetCqiFromSpectralEfficiency(efficiency));
}

std::uint32_t LinkAdaptation::DownlinkBytes(std::uint8_t mcs, std::uint32_t n_rb) const {
    return static_cast<std::uint32_t>(m_amc->GetDlTbSizeFromMcs(mcs, static_cast<int>(n_rb))) /
           BITS_PER_BYTE;
}

std::uint32_t LinkAdaptation::UplinkBytes(std::uint8_t mcs, std::uint32_t n_rb) const {
    return static_cast<std::uint32_t>(m_amc->GetUlTbSizeFromMcs(mcs, static_cast<int>(n_rb))) /
           BITS_PER_BYTE;
}

std::uint32_t LinkAdaptation::DownlinkUnits(std::uint8_t mcs,
                                            std::uint32_t bytes,
                                            std::uint32_t rb_per_unit,
                                            std::uint32_t most_units) const {
    return FewestUnits(bytes, most_units, [&](std::uint32_t units) {
        return DownlinkBytes(mcs, units * rb_per_unit);
    });
}

std::uint32_t LinkAdaptation::UplinkUnits(std::uint8_t mcs,
                                          std::uint32_t bytes,
                                          std::uint32_t most_rb) const {
    return FewestUnits(bytes, most_rb, [&](std::uint32_t n_rb) { return UplinkBytes(mcs, n_rb); });
}

}  // namespace physical
