// SPDX-License-Identifier: GPL-2.0-only
#include "channel/wifi-channel.h"

#include "channel/wifi-environment.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"

namespace physical {

WifiChannel::WifiChannel(const WifiSettings& settings,
                         const std::vector<ns3::Ptr<ns3::MobilityModel>>& access_points,
                         std::int64_t stream) {
    const PropagationEnvironment& environment = FindWifiEnvironment(settings.environment);
    const auto maps = ns3::CreateObject<SpatialChannel>(environment, settings.shadowing,
                                                        settings.site_correlation, stream);
    for (const auto& access_point : access_points) {
        maps->AddBaseStation(access_point);
    }
    maps->AddUserMaps();
    ns3::ObjectFactory factory;
    factory.SetTypeId(environment.path_loss);
    factory.Set("Frequency", ns3::DoubleValue(settings.FrequencyHz()));
    m_loss = factory.Create<ns3::PropagationLossModel>();
    // Models of TGax have neither.
    m_loss->SetAttributeFailSafe("ShadowingEnabled", ns3::BooleanValue(false));
    m_loss->SetAttributeFailSafe("ChannelConditionModel",
                                 ns3::PointerValue(ns3::CreateObject<SpatialConditionModel>(maps)));
    m_loss->SetNext(ns3::CreateObject<SpatialShadowingLossModel>(maps));
}

}  // namespace physical
