// SPDX-License-Identifier: GPL-2.0-only
#include "observation/mobility-fields.h"

namespace physical {

namespace {

/// x and y of each station, one after the other: [n_bs, 2]
std::vector<double> Positions(const std::vector<CellPlace>& stations) {
    std::vector<double> xy_m;
    for (const CellPlace& station : stations) {
        xy_m.insert(xy_m.end(), {station.position.x, station.position.y});
    }
    return xy_m;
}

/// [n_bs]
std::vector<double> Azimuths(const std::vector<CellPlace>& stations) {
    std::vector<double> azimuth_deg;
    for (const CellPlace& station : stations) {
        azimuth_deg.push_back(station.azimuth_deg);
    }
    return azimuth_deg;
}

}  // namespace

MobilityFields::MobilityFields(Schema& schema,
                               const EdgeSettings& settings,
                               const std::vector<CellPlace>& stations)
    : m_position_m(schema.Observation<float>(
          {"position_m", {Ue(settings.n_ue), Xy()}, "m", -1e6, 1e6, "x and y of each user"})),
      m_velocity_mps(schema.Observation<float>(
          {"velocity_mps", {Ue(settings.n_ue), Xy()}, "m/s", -1e3, 1e3, "x and y components"})) {
    schema.Observation<float>({.name = "bs_position_m",
                               .shape = {Bs(settings.n_bs), Xy()},
                               .unit = "m",
                               .low = -1e6,
                               .high = 1e6,
                               .help = "x and y of each base station",
                               .constant = Positions(stations)});
    if (settings.layout.sectors > 1) {
        schema.Observation<float>({.name = "bs_azimuth_deg",
                                   .shape = {Bs(settings.n_bs)},
                                   .unit = "°",
                                   .low = 0,
                                   .high = 360,
                                   .help =
                                       "main direction of each cell's antenna, counter-clockwise"
                                       " from the x axis",
                                   .constant = Azimuths(stations)});
    }
}

void MobilityFields::Fill(const std::vector<ns3::Ptr<ns3::MobilityModel>>& users) const {
    for (std::size_t ue = 0; ue < users.size(); ++ue) {
        const ns3::Vector position = users[ue]->GetPosition();
        const ns3::Vector velocity = users[ue]->GetVelocity();
        m_position_m(ue, 0) = static_cast<float>(position.x);
        m_position_m(ue, 1) = static_cast<float>(position.y);
        m_velocity_mps(ue, 0) = static_cast<float>(velocity.x);
        m_velocity_mps(ue, 1) = static_cast<float>(velocity.y);
    }
}

}  // namespace physical
