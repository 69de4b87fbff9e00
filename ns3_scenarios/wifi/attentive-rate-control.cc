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
    m_part_of_channel = 1;
    ReportAmpduTxStatus(peer, 0, 0, 0, m_snr(peer), whole_channel);
}

void AttentiveRateControl::DoReportAmpduTxStatus(ns3::WifiRemoteStation* station,
                                                 std::uint16_t n_successful,
                                                 std::uint16_t n_failed,
                                                 double answer_snr,
                                                 double data_snr,
                                                 ns3::MHz_u data_width,
                                                 std::uint8_t data_streams) {
    IdealWifiManager::DoReportAmpduTxStatus(station, n_successful, n_failed, answer_snr, data_snr,
                                            data_width * m_part_of_channel, data_streams);
}

}  // namespace physical
