// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CITY_BLOCKS_H
#define PHYSICAL_CITY_BLOCKS_H

#include "area.h"
#include "settings.h"

#include "ns3/box.h"
#include "ns3/object.h"
#include "ns3/vector.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace physical {

/// A Manhattan grid: square buildings of one height, streets between them.
struct BuildingSettings {
    double block_m = 80;
    double street_m = 20;
    double height_m = 20;
    std::string walls = "low-loss";

    void Declare(Settings& settings);
};

/// A place inside a building.
struct Indoors {
    double depth_m;         ///< distance of the nearest outer wall
    double wall_deviation;  ///< how much more these walls weaken a signal than others: standard
                            ///< normal, one number per building
};

/// The buildings of an area. Streets cross at the origin and at every multiple of block and street.
class CityBlocks : public ns3::Object {
  public:
    static ns3::TypeId GetTypeId();

    CityBlocks(const BuildingSettings& settings, const Area& area, std::int64_t stream);

    /// A mast below the roofs stands in the open: its block becomes a square. One above them stands
    /// on a roof.
    void AddMast(const ns3::Vector& position);

    /// @return whether a building stands between two places, or around one
    bool Blocks(const ns3::Vector& a, const ns3::Vector& b) const;

    /// @return none in the open
    std::optional<Indoors> At(const ns3::Vector& position) const;

  private:
    struct Building {
        ns3::Box bounds;
        double wall_deviation;
    };
    using Block = std::pair<int, int>;  // column, row

    Block BlockOf(const ns3::Vector& position) const;

    double m_pitch_m;
    std::map<Block, Building> m_buildings;
};

}  // namespace physical

#endif
