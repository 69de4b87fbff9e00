// SPDX-License-Identifier: GPL-2.0-only
#include "channel/radio-channel.h"

#include "ns3/lte-enb-net-device.h"
#include "ns3/lte-spectrum-value-helper.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/spectrum-channel.h"

namespace physical {

RadioChannel::RadioChannel(const ChannelSettings& settings,
                           const Area& area,
                           std::int64_t first_stream)
    : m_settings(settings),
      m_first_stream(first_stream),
      m_environment(FindPropagationEnvironment(settings.environment)),
      m_spatial(ns3::CreateObject<SpatialChannel>(
          m_environment, settings.shadowing, settings.site_correlation, first_stream + MAPS)) {
    if (settings.HasBuildings()) {
        m_city = ns3::CreateObject<CityBlocks>(settings.buildings, area, first_stream + WALLS);
        m_spatial->SetBuildings(m_city);
    }
}

void RadioChannel::SetPathLoss(ns3::LteHelper& lte) const {
    lte.SetPathlossModelType(m_environment.path_loss);
    // One channel for both directions: a link has line of sight both ways or not at all.
    lte.SetPathlossModelAttribute(
        "ChannelConditionModel",
        ns3::PointerValue(ns3::CreateObject<SpatialConditionModel>(m_spatial)));
}

void RadioChannel::Install(ns3::LteHelper& lte, const ns3::NetDeviceContainer& bs_devices) {
    const auto downlink = lte.GetDownlinkSpectrumChannel();
    const auto uplink = lte.GetUplinkSpectrumChannel();
    for (const auto& channel : {downlink, uplink}) {
        channel->AddPropagationLossModel(ns3::CreateObject<SpatialShadowingLossModel>(m_spatial));
    }
    const auto bs = ns3::DynamicCast<ns3::LteEnbNetDevice>(bs_devices.Get(0));
    if (m_city) {
        downlink->AddPropagationLossModel(MakeWallLoss(bs->GetDlEarfcn()));
        uplink->AddPropagationLossModel(MakeWallLoss(bs->GetUlEarfcn()));
    }
    if (m_settings.fading != "none") {
        m_fading = {MakeFading(bs->GetDlEarfcn(), bs->GetDlBandwidth(), DOWNLINK_FADING),
                    MakeFading(bs->GetUlEarfcn(), bs->GetUlBandwidth(), UPLINK_FADING)};
        downlink->AddSpectrumPropagationLossModel(m_fading[0]);
        uplink->AddSpectrumPropagationLossModel(m_fading[1]);
    }
    for (std::uint32_t i = 0; i < bs_devices.GetN(); ++i) {
        const auto mobility = bs_devices.Get(i)->GetNode()->GetObject<ns3::MobilityModel>();
        m_spatial->AddBaseStation(mobility);
        if (m_city) {
            m_city->AddMast(mobility->GetPosition());
        }
        for (const auto& fading : m_fading) {
            fading->AddBaseStation(mobility);
        }
    }
}

void RadioChannel::AddUser(ns3::Ptr<const ns3::MobilityModel> mobility) {
    for (const auto& fading : m_fading) {
        fading->AddUser(mobility);
    }
}

ns3::Ptr<WallLossModel> RadioChannel::MakeWallLoss(std::uint32_t earfcn) const {
    return ns3::CreateObject<WallLossModel>(
        m_city, m_settings.buildings.walls == "high-loss",
        ns3::LteSpectrumValueHelper::GetCarrierFrequency(earfcn));
}

ns3::Ptr<FastFading> RadioChannel::MakeFading(std::uint32_t earfcn,
                                              std::uint32_t n_rb,
                                              Stream stream) const {
    const auto spectrum =
        ns3::LteSpectrumValueHelper::GetSpectrumModel(earfcn, static_cast<std::uint16_t>(n_rb));
    return ns3::CreateObject<FastFading>(FindDelayProfile(m_settings.fading), spectrum,
                                         m_environment.rician_k_db, m_spatial,
                                         m_first_stream + stream);
}

}  // namespace physical
