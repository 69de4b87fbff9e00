// SPDX-License-Identifier: GPL-2.0-only
#include "attentive-rate-control.h"

#include "ns3/wifi-phy.h"
#include "ns3/wifi-tx-vector.h"

#include <utility>

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(AttentiveRateControl);

ns3::TypeId AttentiveRateControl::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::AttentiveRateControl")
                                 .SetParent<ns3::IdealWifiManager>()
                                 .AddConstructor<AttentiveRateControl>();
    return tid;
}

void AttentiveRateControl::Ask(Snr snr) {
    m_snr = std::move(snr);
}

void AttentiveRateControl::DoReportDataFailed(ns3::WifiRemoteStation* station) {
    const ns3::Mac48Address peer = station->m_state->m_address;
    ns3::WifiTxVector whole_channel;
    whole_channel.SetChannelWidth(GetPhy()->GetChannelWidth());
    whole_channel.SetNss(1);
    ReportAmpduTxStatus(peer, 0, 0, 0, m_snr(peer), whole_channel);
}

}  // namespace physical
