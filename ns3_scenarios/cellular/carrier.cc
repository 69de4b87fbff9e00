// SPDX-License-Identifier: GPL-2.0-only
#include "carrier.h"

#include "message.h"
#include "settings.h"

#include "ns3/lte-spectrum-value-helper.h"

#include <cmath>
#include <string>

namespace physical {

namespace {

using Lte = ns3::LteSpectrumValueHelper;

constexpr std::uint32_t DOWNLINK_EARFCNS = 6600;  // of the FDD bands that ns-3 knows
constexpr std::uint32_t UPLINK_OFFSET = 18'000;   // TS 36.101 Table 5.7.3-1, FDD
constexpr double RASTER_MHZ = 0.1;                // TS 36.101, 5.7.1

bool IsChannel(std::uint32_t earfcn) {
    return Lte::GetDownlinkCarrierFrequency(earfcn) > 0;
}

bool InOneBand(std::uint32_t lowest, std::uint32_t highest) {
    return IsChannel(lowest) && IsChannel(highest) &&
           Lte::GetDownlinkCarrierBand(lowest) == Lte::GetDownlinkCarrierBand(highest);
}

/// Downlink bands in MHz, for the error message.
std::string BandsText() {
    std::string text;
    for (std::uint32_t first = 0; first < DOWNLINK_EARFCNS; ++first) {
        if (!IsChannel(first)) {
            continue;
        }
        std::uint32_t last = first;
        while (InOneBand(first, last + 1)) {
            ++last;
        }
        text += (text.empty() ? "" : ", ") +
                message::Number(Lte::GetDownlinkCarrierFrequency(first) / 1e6) + "–" +
                message::Number(Lte::GetDownlinkCarrierFrequency(last) / 1e6 + RASTER_MHZ);
        first = last;
    }
    return text;
}

}  // namespace

Carrier FindCarrier(double downlink_mhz, std::uint32_t bandwidth_rb) {
    const bool standard = bandwidth_rb == 6 || bandwidth_rb == 15 || bandwidth_rb == 25 ||
                          bandwidth_rb == 50 || bandwidth_rb == 75 || bandwidth_rb == 100;
    if (!standard) {
        throw SettingError("setting radio.bandwidth_rb = " + std::to_string(bandwidth_rb) +
                           ": must be one of 6, 15, 25, 50, 75, 100 (TS 36.101 Table 5.6-1)");
    }
    const double half_hz = Lte::GetChannelBandwidth(static_cast<std::uint16_t>(bandwidth_rb)) / 2;
    const auto half = static_cast<std::uint32_t>(std::lround(half_hz / 1e6 / RASTER_MHZ));
    for (std::uint32_t earfcn = half; earfcn < DOWNLINK_EARFCNS; ++earfcn) {
        const double off_hz = Lte::GetDownlinkCarrierFrequency(earfcn) - downlink_mhz * 1e6;
        if (std::abs(off_hz) < 1e3 && InOneBand(earfcn - half, earfcn + half - 1)) {
            return {earfcn, earfcn + UPLINK_OFFSET};
        }
    }
    throw SettingError("setting radio.downlink_mhz = " + message::Number(downlink_mhz) +
                       ": must be a multiple of 0.1 such that the channel of " +
                       message::Number(2 * half_hz / 1e6) +
                       " MHz lies in one of the downlink bands " + BandsText() + " MHz");
}

}  // namespace physical
