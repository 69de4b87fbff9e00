// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_OFDM_RATE_H
#define PHYSICAL_OFDM_RATE_H

#include <cstdint>
#include <string>

namespace physical {

/// ns-3's name of a rate without HT: at 2.4 GHz ERP-OFDM has it (IEEE 802.11-2020, clause 18),
/// elsewhere OFDM (clause 17). @param band_ghz as settings have it: "2.4", "5" or "6"
inline std::string OfdmRate(const std::string& band_ghz, std::uint32_t rate_mbps) {
    return (band_ghz == "2.4" ? "ErpOfdmRate" : "OfdmRate") + std::to_string(rate_mbps) + "Mbps";
}

}  // namespace physical

#endif
