// SPDX-License-Identifier: GPL-2.0-only
#include "channel/channel-plan.h"

#include "ns3/wifi-phy-operating-channel.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

namespace physical {

namespace {

ns3::WifiPhyBand BandOf(const std::string& ghz) {
    return ghz == "2.4" ? ns3::WIFI_PHY_BAND_2_4GHZ
           : ghz == "5" ? ns3::WIFI_PHY_BAND_5GHZ
                        : ns3::WIFI_PHY_BAND_6GHZ;
}

/// Numbers of the channels that do not overlap (IEEE 802.11-2020, Annex E; 27.3.23.2).
std::set<std::uint8_t> ChannelNumbers(ns3::WifiPhyBand band, double width_mhz) {
    if (band == ns3::WIFI_PHY_BAND_2_4GHZ) {
        return {1, 6, 11};
    }
    std::set<std::uint8_t> numbers;
    for (const auto& channel : ns3::WifiPhyOperatingChannel::m_frequencyChannels) {
        if (channel.band == band && channel.width == width_mhz &&
            channel.type == ns3::FrequencyChannelType::OFDM) {
            numbers.insert(channel.number);
        }
    }
    return numbers;
}

/// Of 20 MHz. In 5 and 6 GHz the last one of the band, which is a part of no wider one.
std::uint8_t SpareNumber(ns3::WifiPhyBand band) {
    return band == ns3::WIFI_PHY_BAND_2_4GHZ ? 13 : *ChannelNumbers(band, 20).rbegin();
}

}  // namespace

std::vector<ns3::WifiPhy::ChannelTuple> PlanChannels(const WifiSettings& settings,
                                                     std::uint32_t n_bs) {
    const ns3::WifiPhyBand band = BandOf(settings.band_ghz);
    auto numbers = ChannelNumbers(band, settings.width_mhz);
    if (settings.width_mhz == 20) {
        numbers.erase(SpareNumber(band));
    }
    const std::uint32_t n_channels =
        settings.channels == 0 ? n_bs : std::min(settings.channels, n_bs);
    if (n_channels > numbers.size()) {
        const std::string asked = settings.channels == 0
                                      ? "n_bs = " + std::to_string(n_bs)
                                      : "radio.channels = " + std::to_string(settings.channels);
        throw SettingError("setting " + asked + ": the " + settings.band_ghz + " GHz band has " +
                           std::to_string(numbers.size()) + " channels of " +
                           std::to_string(settings.width_mhz) +
                           " MHz that do not overlap, beside a spare one; with radio.channels = " +
                           std::to_string(numbers.size()) + " access points share them");
    }
    std::vector<ns3::WifiPhy::ChannelTuple> plan;
    for (std::uint32_t bs = 0; bs < n_bs; ++bs) {
        const auto number = std::next(numbers.begin(), bs % n_channels);
        plan.emplace_back(*number, settings.width_mhz, band, 0);
    }
    return plan;
}

ns3::WifiPhy::ChannelTuple SpareChannel(const ns3::WifiPhy::ChannelTuple& channel) {
    const ns3::WifiPhyBand band = std::get<2>(channel);
    return {SpareNumber(band), 20, band, 0};
}

}  // namespace physical
