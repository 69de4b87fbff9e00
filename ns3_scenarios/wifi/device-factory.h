// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DEVICE_FACTORY_H
#define PHYSICAL_DEVICE_FACTORY_H

#include "wifi-settings.h"

#include "ns3/propagation-loss-model.h"
#include "ns3/spectrum-channel.h"  // the next one needs it whole
#include "ns3/spectrum-wifi-helper.h"
#include "ns3/wifi-helper.h"
#include "ns3/wifi-mac-helper.h"
#include "ns3/wifi-net-device.h"
#include "ns3/yans-wifi-helper.h"

#include <cstdint>

namespace physical {

/// Makes the Wi-Fi devices of one network, as the settings say.
class DeviceFactory {
  public:
    DeviceFactory(const WifiSettings& settings, const ns3::Ptr<ns3::PropagationLossModel>& loss);

    ns3::Ptr<ns3::WifiNetDevice> MakeAccessPoint(const ns3::Ptr<ns3::Node>& node,
                                                 const ns3::WifiPhy::ChannelTuple& channel);
    ns3::Ptr<ns3::WifiNetDevice> MakeStation(const ns3::Ptr<ns3::Node>& node,
                                             const ns3::WifiPhy::ChannelTuple& channel);

  private:
    void SetRateControl();
    ns3::Ptr<ns3::WifiNetDevice> Make(const ns3::Ptr<ns3::Node>& node,
                                      const ns3::WifiMacHelper& mac,
                                      const ns3::WifiPhy::ChannelTuple& channel,
                                      double power_dbm);
    ns3::WifiPhyHelper& Phy();

    WifiSettings m_settings;
    std::uint8_t m_bss_color = 0;  ///< of the last access point; 0: none has one
    ns3::WifiHelper m_wifi;
    ns3::YansWifiPhyHelper m_yans;
    ns3::SpectrumWifiPhyHelper m_spectrum;
};

}  // namespace physical

#endif
