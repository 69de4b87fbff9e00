// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_STREET_CANYON_LOSS_MODEL_H
#define PHYSICAL_STREET_CANYON_LOSS_MODEL_H

#include "ns3/three-gpp-propagation-loss-model.h"

namespace physical {

/**
 * Path loss of UMi, 3GPP TR 38.901 Table 7.4.1-1, of whoever is lower as the user.
 *
 * ns-3's own model takes the end at exactly 10 m for the mast, and where there is none the
 * receiver: other masts would be users on the way down, and up to 7 dB nearer than on the way up.
 */
class StreetCanyonLossModel : public ns3::PropagationLossModel {
  public:
    static ns3::TypeId GetTypeId();

    StreetCanyonLossModel();

  private:
    double DoCalcRxPower(double tx_power_dbm,
                         ns3::Ptr<ns3::MobilityModel> a,
                         ns3::Ptr<ns3::MobilityModel> b) const override;
    std::int64_t DoAssignStreams(std::int64_t stream) override;

    void SetFrequency(double frequency_hz);
    void SetConditions(ns3::Ptr<ns3::ChannelConditionModel> conditions);

    ns3::Ptr<ns3::ThreeGppUmiStreetCanyonPropagationLossModel> m_loss;
};

}  // namespace physical

#endif
