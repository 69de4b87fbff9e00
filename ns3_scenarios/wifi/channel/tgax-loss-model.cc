// SPDX-License-Identifier: GPL-2.0-only
#include "channel/tgax-loss-model.h"

#include "ns3/double.h"
#include "ns3/mobility-model.h"

#include <algorithm>
#include <cmath>

namespace physical {

ns3::TypeId TgaxLossModel::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::TgaxLossModel")
            .SetParent<ns3::PropagationLossModel>()
            .AddAttribute("Frequency", "Carrier in Hz.", ns3::DoubleValue(5e9),
                          ns3::MakeDoubleAccessor(&TgaxLossModel::m_frequency_hz),
                          ns3::MakeDoubleChecker<double>(1e9, 1e11));
    return tid;
}

double TgaxLossModel::DoCalcRxPower(double tx_power_dbm,
                                    ns3::Ptr<ns3::MobilityModel> a,
                                    ns3::Ptr<ns3::MobilityModel> b) const {
    const double d_m = std::max(1.0, a->GetDistanceFrom(b));
    return tx_power_dbm - 40.05 - 20 * std::log10(m_frequency_hz / 2.4e9) -
           20 * std::log10(std::min(d_m, m_break_point_m)) -
           35 * std::log10(std::max(d_m, m_break_point_m) / m_break_point_m);
}

std::int64_t TgaxLossModel::DoAssignStreams(std::int64_t /*stream*/) {
    return 0;
}

ns3::TypeId TgaxResidentialLossModel::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::TgaxResidentialLossModel")
                                 .SetParent<TgaxLossModel>()
                                 .AddConstructor<TgaxResidentialLossModel>();
    return tid;
}

ns3::TypeId TgaxEnterpriseLossModel::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::TgaxEnterpriseLossModel")
                                 .SetParent<TgaxLossModel>()
                                 .AddConstructor<TgaxEnterpriseLossModel>();
    return tid;
}

}  // namespace physical
