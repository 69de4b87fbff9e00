// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ATTENTIVE_RATE_CONTROL_H
#define PHYSICAL_ATTENTIVE_RATE_CONTROL_H

#include "ns3/ideal-wifi-manager.h"
#include "ns3/mac48-address.h"

#include <cstdint>
#include <functional>

namespace physical {

/**
 * Rate control by the receiver's SNR, also after a frame that was lost.
 *
 * ns-3's IdealWifiManager learns the SNR from answers alone: who walks out of the line of sight
 * goes on at a rate that no longer arrives, gets no answer, and never learns of it. Here a lost
 * frame makes it ask for the SNR anew. And it takes the SNR in a resource unit, where all power is
 * on few subcarriers, for that of the whole channel.
 */
class AttentiveRateControl : public ns3::IdealWifiManager {
  public:
    /// SNR, as a ratio, at which this peer would receive a frame that is sent now.
    using Snr = std::function<double(const ns3::Mac48Address& peer)>;

    static ns3::TypeId GetTypeId();

    /// Whom to ask.
    void Ask(Snr snr);
    /// The device sends data in such a part of its channel.
    void OnSent(double part_of_channel) { m_part_of_channel = part_of_channel; }

  private:
    void DoReportDataFailed(ns3::WifiRemoteStation* station) override;
    void DoReportAmpduTxStatus(ns3::WifiRemoteStation* station,
                               std::uint16_t n_successful,
                               std::uint16_t n_failed,
                               double answer_snr,
                               double data_snr,
                               ns3::MHz_u data_width,
                               std::uint8_t data_streams) override;

    Snr m_snr;
    double m_part_of_channel = 1;  ///< of the last data
};

}  // namespace physical

#endif
