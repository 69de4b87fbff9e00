// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_WIFI_CHANNEL_H
#define PHYSICAL_WIFI_CHANNEL_H

#include "spatial-channel.h"
#include "wifi-settings.h"

#include "ns3/mobility-model.h"
#include "ns3/propagation-loss-model.h"

#include <cstdint>
#include <vector>

namespace physical {

/// What happens to signals on their way: path loss, line of sight and shadowing, all of them
/// functions of the places at both ends.
class WifiChannel {
  public:
    /// @param access_points [n_bs]
    WifiChannel(const WifiSettings& settings,
                const std::vector<ns3::Ptr<ns3::MobilityModel>>& access_points,
                std::int64_t stream);

    /// Path loss and shadowing, to be given to ns-3's channel.
    ns3::Ptr<ns3::PropagationLossModel> Loss() const { return m_loss; }

  private:
    ns3::Ptr<ns3::PropagationLossModel> m_loss;
};

}  // namespace physical

#endif
