// SPDX-License-Identifier: GPL-2.0-only
#include "wall-loss-model.h"

#include "ns3/mobility-model.h"

#include <cmath>

namespace physical {

WallLoss OuterWallLoss(bool high_loss, double frequency_hz) {
    const double f_ghz = frequency_hz / 1e9;
    const double concrete_db = 5 + 4 * f_ghz;
    const double glass_db = high_loss ? 23 + 0.3 * f_ghz : 2 + 0.2 * f_ghz;
    const double glass_part = high_loss ? 0.7 : 0.3;
    return {5 - 10 * std::log10(glass_part * std::pow(10, -glass_db / 10) +
                                (1 - glass_part) * std::pow(10, -concrete_db / 10)),
            high_loss ? 6.5 : 4.4};
}

ns3::TypeId WallLossModel::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::WallLossModel").SetParent<ns3::PropagationLossModel>();
    return tid;
}

WallLossModel::WallLossModel(ns3::Ptr<const CityBlocks> city, bool high_loss, double frequency_hz)
    : m_city(city), m_wall(OuterWallLoss(high_loss, frequency_hz)) {}

double WallLossModel::DoCalcRxPower(double tx_power_dbm,
                                    ns3::Ptr<ns3::MobilityModel> a,
                                    ns3::Ptr<ns3::MobilityModel> b) const {
    return tx_power_dbm - LossDb(a->GetPosition()) - LossDb(b->GetPosition());
}

std::int64_t WallLossModel::DoAssignStreams(std::int64_t /*stream*/) {
    return 0;  // the walls are drawn when the city is built
}

double WallLossModel::LossDb(const ns3::Vector& position) const {
    const auto indoors = m_city->At(position);
    return indoors ? m_wall.through_db + INDOOR_LOSS_DB_PER_M * indoors->depth_m +
                         m_wall.deviation_db * indoors->wall_deviation
                   : 0;
}

}  // namespace physical
