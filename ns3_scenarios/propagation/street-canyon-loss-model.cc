// SPDX-License-Identifier: GPL-2.0-only
#include "street-canyon-loss-model.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/mobility-model.h"
#include "ns3/pointer.h"

namespace physical {

ns3::TypeId StreetCanyonLossModel::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::StreetCanyonLossModel")
            .SetParent<ns3::PropagationLossModel>()
            .AddConstructor<StreetCanyonLossModel>()
            .AddAttribute("Frequency", "Carrier in Hz.", ns3::DoubleValue(2e9),
                          ns3::MakeDoubleAccessor(&StreetCanyonLossModel::SetFrequency),
                          ns3::MakeDoubleChecker<double>(5e8, 1e11))
            .AddAttribute("ChannelConditionModel", "Says which links have line of sight.",
                          ns3::PointerValue(),
                          ns3::MakePointerAccessor(&StreetCanyonLossModel::SetConditions),
                          ns3::MakePointerChecker<ns3::ChannelConditionModel>());
    return tid;
}

StreetCanyonLossModel::StreetCanyonLossModel()
    : m_loss(ns3::CreateObject<ns3::ThreeGppUmiStreetCanyonPropagationLossModel>()) {
    m_loss->SetAttribute("ShadowingEnabled", ns3::BooleanValue(false));
}

double StreetCanyonLossModel::DoCalcRxPower(double tx_power_dbm,
                                            ns3::Ptr<ns3::MobilityModel> a,
                                            ns3::Ptr<ns3::MobilityModel> b) const {
    const bool a_is_lower = a->GetPosition().z <= b->GetPosition().z;
    // The lower end as the sender is the user for ns-3, whatever the height of the other.
    return m_loss->CalcRxPower(tx_power_dbm, a_is_lower ? a : b, a_is_lower ? b : a);
}

std::int64_t StreetCanyonLossModel::DoAssignStreams(std::int64_t stream) {
    return m_loss->AssignStreams(stream);
}

void StreetCanyonLossModel::SetFrequency(double frequency_hz) {
    m_loss->SetFrequency(frequency_hz);
}

void StreetCanyonLossModel::SetConditions(ns3::Ptr<ns3::ChannelConditionModel> conditions) {
    m_loss->SetChannelConditionModel(conditions);
}

}  // namespace physical
