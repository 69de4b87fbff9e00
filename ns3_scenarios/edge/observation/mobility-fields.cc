// SPDX-License-Identifier: GPL-2.0-only
#include "observation/mobility-fields.h"

namespace physical {

MobilityFields::MobilityFields(Schema& schema, const EdgeSettings& settings)
    : m_position_m(schema.Observation<float>(
          {"position_m", {settings.n_ue, 2}, "m", -1e6, 1e6, "x and y of each user"})),
      m_velocity_mps(schema.Observation<float>(
          {"velocity_mps", {settings.n_ue, 2}, "m/s", -1e3, 1e3, "x and y components"})),
      m_bs_position_m(schema.Observation<float>(
          {"bs_position_m", {settings.n_bs, 2}, "m", -1e6, 1e6, "x and y of each base station"})),
      m_sectors(settings.layout.sectors > 1) {
    if (m_sectors) {
        m_bs_azimuth_deg =
            schema.Observation<float>({"bs_azimuth_deg",
                                       {settings.n_bs},
                                       "°",
                                       0,
                                       360,
                                       "main direction of each cell's antenna, counter-clockwise"
                                       " from the x axis"});
    }
}

void MobilityFields::Fill(const std::vector<ns3::Ptr<ns3::MobilityModel>>& users,
                          const std::vector<CellPlace>& stations) const {
    for (std::size_t ue = 0; ue < users.size(); ++ue) {
        const ns3::Vector position = users[ue]->GetPosition();
        const ns3::Vector velocity = users[ue]->GetVelocity();
        m_position_m(ue, 0) = static_cast<float>(position.x);
        m_position_m(ue, 1) = static_cast<float>(position.y);
        m_velocity_mps(ue, 0) = static_cast<float>(velocity.x);
        m_velocity_mps(ue, 1) = static_cast<float>(velocity.y);
    }
    for (std::size_t bs = 0; bs < stations.size(); ++bs) {
        const ns3::Vector& position = stations[bs].position;
        m_bs_position_m(bs, 0) = static_cast<float>(position.x);
        m_bs_position_m(bs, 1) = static_cast<float>(position.y);
        if (m_sectors) {
            m_bs_azimuth_deg(bs) = static_cast<float>(stations[bs].azimuth_deg);
        }
    }
}

}  // namespace physical
