// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TARGET_SCAN_H
#define PHYSICAL_TARGET_SCAN_H

#include "ns3/wifi-assoc-manager.h"

#include <functional>
#include <optional>

namespace physical {

/// A station's choice of access point: the one it is told, as soon as it is heard, and no other.
class TargetScan : public ns3::WifiAssocManager {
  public:
    /// A beacon or a probe response has come.
    using Heard = std::function<void(const ns3::Mac48Address& bssid, double snr)>;
    /// The PHY is on another channel now, and whatever was under way is over.
    using Switched = std::function<void()>;

    static ns3::TypeId GetTypeId();

    void Listen(Heard heard, Switched switched);

    /// Associate with this access point when it is heard; nobody: with none.
    void SetTarget(std::optional<ns3::Mac48Address> target) { m_target = target; }

    void NotifyChannelSwitched(std::uint8_t link) override;
    void NotifyApInfo(const ns3::StaWifiMac::ApInfo&& info) override;
    bool Compare(const ns3::StaWifiMac::ApInfo& a, const ns3::StaWifiMac::ApInfo& b) const override;

  private:
    bool CanBeInserted(const ns3::StaWifiMac::ApInfo& info) const override;
    bool CanBeReturned(const ns3::StaWifiMac::ApInfo& info) const override;
    void DoStartScanning() override;

    std::optional<ns3::Mac48Address> m_target;
    Heard m_heard;
    Switched m_switched;
};

}  // namespace physical

#endif
