// SPDX-License-Identifier: GPL-2.0-only
#include "city-blocks.h"

#include "ns3/random-variable-stream.h"

#include <algorithm>
#include <cmath>

namespace physical {

void BuildingSettings::Declare(Settings& settings) {
    settings.Real("buildings.block_m", block_m, 1, 1000, "m",
                  "edge of a building, with channel.line_of_sight = buildings");
    settings.Real("buildings.street_m", street_m, 1, 1000, "m", "width of the streets");
    settings.Real("buildings.height_m", height_m, 2, 500, "m", "height of the roofs");
    settings.Choice("buildings.walls", walls, {"low-loss", "high-loss"},
                    "what outer walls cost a signal, TR 38.901 Table 7.4.3-2: standard or"
                    " infrared-reflecting glass, with concrete");
}

ns3::TypeId CityBlocks::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::CityBlocks").SetParent<ns3::Object>();
    return tid;
}

CityBlocks::CityBlocks(const BuildingSettings& settings, const Area& area, std::int64_t stream)
    : m_pitch_m(settings.block_m + settings.street_m) {
    const auto normal = ns3::CreateObject<ns3::NormalRandomVariable>();
    normal->SetStream(stream);
    const auto [first_column, first_row] = BlockOf({area.min_x_m, area.min_y_m, 0});
    const auto [last_column, last_row] = BlockOf({area.max_x_m, area.max_y_m, 0});
    const double inset_m = settings.street_m / 2;
    for (int column = first_column; column <= last_column; ++column) {
        for (int row = first_row; row <= last_row; ++row) {
            const double x_m = column * m_pitch_m + inset_m;
            const double y_m = row * m_pitch_m + inset_m;
            const ns3::Box bounds(x_m, x_m + settings.block_m, y_m, y_m + settings.block_m, 0,
                                  settings.height_m);
            m_buildings.emplace(Block(column, row), Building{bounds, normal->GetValue()});
        }
    }
}

void CityBlocks::AddMast(const ns3::Vector& position) {
    if (At(position)) {
        m_buildings.erase(BlockOf(position));
    }
}

bool CityBlocks::Blocks(const ns3::Vector& a, const ns3::Vector& b) const {
    return std::any_of(m_buildings.begin(), m_buildings.end(), [&](const auto& building) {
        return building.second.bounds.IsIntersect(a, b);
    });
}

std::optional<Indoors> CityBlocks::At(const ns3::Vector& position) const {
    const auto building = m_buildings.find(BlockOf(position));
    if (building == m_buildings.end() || !building->second.bounds.IsInside(position)) {
        return std::nullopt;
    }
    const ns3::Box& bounds = building->second.bounds;
    return Indoors{std::min({position.x - bounds.xMin, bounds.xMax - position.x,
                             position.y - bounds.yMin, bounds.yMax - position.y}),
                   building->second.wall_deviation};
}

CityBlocks::Block CityBlocks::BlockOf(const ns3::Vector& position) const {
    return {static_cast<int>(std::floor(position.x / m_pitch_m)),
            static_cast<int>(std::floor(position.y / m_pitch_m))};
}

}  // namespace physical
