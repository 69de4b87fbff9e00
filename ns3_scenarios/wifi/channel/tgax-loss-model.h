// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TGAX_LOSS_MODEL_H
#define PHYSICAL_TGAX_LOSS_MODEL_H

#include "ns3/propagation-loss-model.h"

namespace physical {

/**
 * Path loss of the indoor scenarios of TGax, IEEE 802.11-14/0980r16, without walls and floors:
 *
 *     40.05 + 20 log10(f / 2.4 GHz) + 20 log10(min(d, D)) + 35 log10(max(d, D) / D)   [dB],
 *
 * d in m, at least 1.
 */
class TgaxLossModel : public ns3::PropagationLossModel {
  public:
    static ns3::TypeId GetTypeId();

  protected:
    explicit TgaxLossModel(double break_point_m) : m_break_point_m(break_point_m) {}

  private:
    double DoCalcRxPower(double tx_power_dbm,
                         ns3::Ptr<ns3::MobilityModel> a,
                         ns3::Ptr<ns3::MobilityModel> b) const override;
    std::int64_t DoAssignStreams(std::int64_t stream) override;

    double m_frequency_hz = 5e9;
    double m_break_point_m;
};

/// Scenario 1: D = 5 m.
class TgaxResidentialLossModel : public TgaxLossModel {
  public:
    static ns3::TypeId GetTypeId();
    TgaxResidentialLossModel() : TgaxLossModel(5) {}
};

/// Scenario 2: D = 10 m.
class TgaxEnterpriseLossModel : public TgaxLossModel {
  public:
    static ns3::TypeId GetTypeId();
    TgaxEnterpriseLossModel() : TgaxLossModel(10) {}
};

}  // namespace physical

#endif
