// SPDX-License-Identifier: GPL-2.0-only
#include "association/target-scan.h"

#include "ns3/simulator.h"

#include <utility>

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(TargetScan);

ns3::TypeId TargetScan::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::TargetScan")
                                 .SetParent<ns3::WifiAssocManager>()
                                 .AddConstructor<TargetScan>();
    return tid;
}

void TargetScan::Listen(Heard heard, Switched switched) {
    m_heard = std::move(heard);
    m_switched = std::move(switched);
}

void TargetScan::NotifyChannelSwitched(std::uint8_t /*link*/) {
    m_switched();
}

void TargetScan::NotifyApInfo(const ns3::StaWifiMac::ApInfo&& info) {
    const ns3::Mac48Address bssid = info.m_bssid;
    const double snr = info.m_snr;
    if (m_target == bssid) {
        WifiAssocManager::NotifyApInfo(std::move(info));
        m_target.reset();
        ns3::Simulator::ScheduleNow([this] { ScanningTimeout(); });
    }
    m_heard(bssid, snr);
}

bool TargetScan::Compare(const ns3::StaWifiMac::ApInfo& a, const ns3::StaWifiMac::ApInfo& b) const {
    return a.m_snr > b.m_snr;
}

bool TargetScan::CanBeInserted(const ns3::StaWifiMac::ApInfo& info) const {
    return info.m_bssid == m_target;
}

bool TargetScan::CanBeReturned(const ns3::StaWifiMac::ApInfo& /*info*/) const {
    return true;
}

void TargetScan::DoStartScanning() {}  // whoever sets the target sends the probes

}  // namespace physical
