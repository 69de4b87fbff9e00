// SPDX-License-Identifier: GPL-2.0-only
#include "channel/channel-plan.h"

#include "ns3/wifi-phy-operating-channel.h"

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

}  // namespace

std::vector<ns3::WifiPhy::ChannelTuple> PlanChannels(const WifiSettings& settings,
                                                     std::uint32_t n_bs) {
    const ns3::WifiPhyBand band = BandOf(settings.band_ghz);
    const auto numbers = ChannelNumbers(band, settings.width_mhz);
    if (n_bs > numbers.size()) {
        throw SettingError("setting n_bs = " + std::to_string(n_bs) + ": the " + settings.band_ghz +
                           " GHz band has " + std::to_string(numbers.size()) + " channels of " +
                           std::to_string(settings.width_mhz) +
                           " MHz, and each access point needs its own: ns-3 3.44 aborts when a"
                           " station goes from one access point to another on the same channel");
    }
    std::vector<ns3::WifiPhy::ChannelTuple> plan;
    for (auto number = numbers.begin(); plan.size() < n_bs; ++number) {
        plan.emplace_back(*number, settings.width_mhz, band, 0);
    }
    return plan;
}

}  // namespace physical
