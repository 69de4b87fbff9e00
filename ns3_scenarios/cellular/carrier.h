// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CARRIER_H
#define PHYSICAL_CARRIER_H

#include <cstdint>

namespace physical {

/// The pair of E-UTRA channel numbers of an FDD carrier (TS 36.101, 5.7.3).
struct Carrier {
    std::uint32_t downlink_earfcn;
    std::uint32_t uplink_earfcn;
};

/// The carrier whose downlink is centred at a frequency, in the first operating band of TS 36.101
/// Table 5.5-1 that holds all its resource blocks; the uplink follows by the band's duplex spacing.
/// @throws SettingError if the bandwidth is none of the standard or no band that ns-3 knows holds
/// it
Carrier FindCarrier(double downlink_mhz, std::uint32_t bandwidth_rb);

}  // namespace physical

#endif
