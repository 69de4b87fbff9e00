// SPDX-License-Identifier: GPL-2.0-only
#include "mobility-fields.h"

namespace twin {

MobilityFields::MobilityFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_position_m(schema.Observation<float>(
          {"position_m", {n_ue, 2}, "m", -1e6, 1e6, "x and y of each user"})),
      m_velocity_mps(schema.Observation<float>(
          {"velocity_mps", {n_ue, 2}, "m/s", -1e3, 1e3, "x and y components"})),
      m_bs_position_m(schema.Observation<float>(
          {"bs_position_m", {n_bs, 2}, "m", -1e6, 1e6, "x and y of each base station"})) {}

void MobilityFields::Fill(const LteNetwork& network) const {
    for (std::size_t ue = 0; ue < network.Ue().size(); ++ue) {
        const auto& mobility = network.Ue()[ue].mobility;
        const ns3::Vector position = mobility->GetPosition();
        const ns3::Vector velocity = mobility->GetVelocity();
        m_position_m(ue, 0) = static_cast<float>(position.x);
        m_position_m(ue, 1) = static_cast<float>(position.y);
        m_velocity_mps(ue, 0) = static_cast<float>(velocity.x);
        m_velocity_mps(ue, 1) = static_cast<float>(velocity.y);
    }
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        const ns3::Vector& position = network.Bs()[bs].position;
        m_bs_position_m(bs, 0) = static_cast<float>(position.x);
        m_bs_position_m(bs, 1) = static_cast<float>(position.y);
    }
}

}  // namespace twin
