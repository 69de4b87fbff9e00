// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_WALL_LOSS_MODEL_H
#define PHYSICAL_WALL_LOSS_MODEL_H

#include "city-blocks.h"

#include "ns3/propagation-loss-model.h"

namespace physical {

/// What an outer wall costs a signal, TR 38.901 Table 7.4.3-2.
struct WallLoss {
    double through_db;    ///< PL_tw
    double deviation_db;  ///< σ_P, from wall to wall
};

/// Of glass and concrete, Table 7.4.3-1. @param high_loss glass that reflects infrared
WallLoss OuterWallLoss(bool high_loss, double frequency_hz);

inline constexpr double INDOOR_LOSS_DB_PER_M = 0.5;

/**
 * What a signal loses on its way into a building, 3GPP TR 38.901 clause 7.4.3.1:
 *
 *     PL_tw + 0.5 d + N(0, σ_P²)   [dB],
 *
 * PL_tw through glass and concrete (Table 7.4.3-2), d in m to the nearest outer wall. The standard
 * draws d, having no buildings; here they exist. The last term belongs to the building, so that the
 * loss is a function of the place alone.
 */
class WallLossModel : public ns3::PropagationLossModel {
  public:
    static ns3::TypeId GetTypeId();

    WallLossModel(ns3::Ptr<const CityBlocks> city, bool high_loss, double frequency_hz);

  private:
    double DoCalcRxPower(double tx_power_dbm,
                         ns3::Ptr<ns3::MobilityModel> a,
                         ns3::Ptr<ns3::MobilityModel> b) const override;
    std::int64_t DoAssignStreams(std::int64_t stream) override;

    double LossDb(const ns3::Vector& position) const;

    ns3::Ptr<const CityBlocks> m_city;
    WallLoss m_wall;
};

}  // namespace physical

#endif
