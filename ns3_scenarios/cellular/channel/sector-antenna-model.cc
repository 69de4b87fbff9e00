// SPDX-License-Identifier: GPL-2.0-only
#include "channel/sector-antenna-model.h"

#include "ns3/double.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(SectorAntennaModel);

namespace {

constexpr double HORIZONTAL_BEAMWIDTH_DEG = 70;
constexpr double VERTICAL_BEAMWIDTH_DEG = 10;
constexpr double FRONT_TO_BACK_DB = 25;
constexpr double SIDE_LOBE_DB = 20;

double LossDb(double angle_deg, double beamwidth_deg, double greatest_db) {
    const double ratio = angle_deg / beamwidth_deg;
    return std::min(12 * ratio * ratio, greatest_db);
}

}  // namespace

ns3::TypeId SectorAntennaModel::GetTypeId() {
    using ns3::DoubleValue;
    using ns3::MakeDoubleAccessor;
    using ns3::MakeDoubleChecker;
    static ns3::TypeId tid =
        ns3::TypeId("physical::SectorAntennaModel")
            .SetParent<ns3::AntennaModel>()
            .AddConstructor<SectorAntennaModel>()
            .AddAttribute("Azimuth", "Main direction (degrees), counter-clockwise from the x axis.",
                          DoubleValue(0), MakeDoubleAccessor(&SectorAntennaModel::m_azimuth_deg),
                          MakeDoubleChecker<double>(-360, 360))
            .AddAttribute("Downtilt", "Main direction (degrees) below the horizon.",
                          DoubleValue(15), MakeDoubleAccessor(&SectorAntennaModel::m_downtilt_deg),
                          MakeDoubleChecker<double>(-90, 90))
            .AddAttribute("Gain", "Gain (dBi) in the main direction.", DoubleValue(14),
                          MakeDoubleAccessor(&SectorAntennaModel::m_gain_dbi),
                          MakeDoubleChecker<double>());
    return tid;
}

double SectorAntennaModel::GetGainDb(ns3::Angles angles) {
    constexpr double DEG = 180 / std::numbers::pi;
    const double azimuth_deg = std::remainder(angles.GetAzimuth() * DEG - m_azimuth_deg, 360);
    const double below_horizon_deg = angles.GetInclination() * DEG - 90;
    const double loss_db =
        LossDb(azimuth_deg, HORIZONTAL_BEAMWIDTH_DEG, FRONT_TO_BACK_DB) +
        LossDb(below_horizon_deg - m_downtilt_deg, VERTICAL_BEAMWIDTH_DEG, SIDE_LOBE_DB);
    return m_gain_dbi - std::min(loss_db, FRONT_TO_BACK_DB);
}

}  // namespace physical
