// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_TURN_H
#define PHYSICAL_AIRTIME_TURN_H

#include "wifi-network.h"

#include "ns3/mac48-address.h"
#include "ns3/nstime.h"

namespace physical {

/// One station's access to the channel of its access point: open, or closed to its data. Management
/// and control frames, and whatever the access point sends, go as ever.
class AirtimeTurn {
  public:
    AirtimeTurn(const Station& station, const ns3::Mac48Address& bssid);

    /// Whether data wait that are not on the air now.
    bool HasData() const;
    void Open() const;
    void Close() const;

  private:
    ns3::Ptr<ns3::StaWifiMac> m_mac;
    ns3::Mac48Address m_bssid;
};

}  // namespace physical

#endif
