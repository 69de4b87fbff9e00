// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CHANNEL_PLAN_H
#define PHYSICAL_CHANNEL_PLAN_H

#include "wifi-settings.h"

#include "ns3/wifi-phy.h"

#include <cstdint>
#include <vector>

namespace physical {

/// The channels of access points, which do not overlap: one each, or as many as the settings say,
/// in turn.
/// @return [n_bs], as ns-3's PHYs take them
/// @throws SettingError if the band has not so many
std::vector<ns3::WifiPhy::ChannelTuple> PlanChannels(const WifiSettings& settings,
                                                     std::uint32_t n_bs);

/// A channel of the same band, 20 MHz wide, that no plan gives to an access point.
ns3::WifiPhy::ChannelTuple SpareChannel(const ns3::WifiPhy::ChannelTuple& channel);

}  // namespace physical

#endif
