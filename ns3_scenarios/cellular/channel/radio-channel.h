// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RADIO_CHANNEL_H
#define PHYSICAL_RADIO_CHANNEL_H

#include "channel/channel-settings.h"
#include "channel/fast-fading.h"
#include "spatial-channel.h"
#include "wall-loss-model.h"

#include "ns3/lte-helper.h"
#include "ns3/mobility-model.h"
#include "ns3/net-device-container.h"

#include <cstdint>
#include <vector>

namespace physical {

/// All that happens to signals between base stations and users, as the settings say: path loss,
/// line of sight, shadowing, walls and fast fading. In this order: SetPathLoss(), Install(),
/// AddUser().
class RadioChannel {
  public:
    /// @param area where users move
    /// @param first_stream of the random streams that the channel uses
    RadioChannel(const ChannelSettings& settings, const Area& area, std::int64_t first_stream);

    /// Before any device is made.
    void SetPathLoss(ns3::LteHelper& lte) const;

    /// @param bs_devices all base stations
    void Install(ns3::LteHelper& lte, const ns3::NetDeviceContainer& bs_devices);

    void AddUser(ns3::Ptr<const ns3::MobilityModel> mobility);

  private:
    enum Stream : std::int64_t { MAPS, DOWNLINK_FADING, UPLINK_FADING, WALLS };

    ns3::Ptr<WallLossModel> MakeWallLoss(std::uint32_t earfcn) const;

    ns3::Ptr<FastFading> MakeFading(std::uint32_t earfcn, std::uint32_t n_rb, Stream stream) const;

    ChannelSettings m_settings;
    std::int64_t m_first_stream;
    const PropagationEnvironment& m_environment;
    ns3::Ptr<SpatialChannel> m_spatial;
    ns3::Ptr<CityBlocks> m_city;                 ///< null without buildings
    std::vector<ns3::Ptr<FastFading>> m_fading;  ///< of each direction; none without fast fading
};

}  // namespace physical

#endif
