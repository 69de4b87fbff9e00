// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ATTENTIVE_RATE_CONTROL_H
#define PHYSICAL_ATTENTIVE_RATE_CONTROL_H

#include "ns3/ideal-wifi-manager.h"
#include "ns3/mac48-address.h"

#include <functional>

namespace physical {

/**
 * Rate control by the receiver's SNR, also after a frame that was lost.
 *
 * ns-3's IdealWifiManager learns the SNR from answers alone: who walks out of the line of sight
 * goes on at a rate that no longer arrives, gets no answer, and never learns of it. Here a lost
 * frame makes it ask for the SNR anew.
 */
class AttentiveRateControl : public ns3::IdealWifiManager {
  public:
    /// SNR, as a ratio, at which this peer would receive a frame that is sent now.
    using Snr = std::function<double(const ns3::Mac48Address& peer)>;

    static ns3::TypeId GetTypeId();

    /// Whom to ask.
    void Ask(Snr snr);

  private:
    void DoReportDataFailed(ns3::WifiRemoteStation* station) override;

    Snr m_snr;
};

}  // namespace physical

#endif
