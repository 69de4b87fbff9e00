// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_FIELDS_H
#define PHYSICAL_MOBILITY_FIELDS_H

#include "cell-layout.h"
#include "edge-settings.h"
#include "schema.h"

#include "ns3/mobility-model.h"

#include <vector>

namespace physical {

/// Where users and base stations are, and where the users go.
class MobilityFields {
  public:
    /// @param stations [n_bs]
    MobilityFields(Schema& schema,
                   const EdgeSettings& settings,
                   const std::vector<CellPlace>& stations);

    /// @param users [n_ue]
    void Fill(const std::vector<ns3::Ptr<ns3::MobilityModel>>& users) const;

  private:
    Field<float> m_position_m;
    Field<float> m_velocity_mps;
};

}  // namespace physical

#endif
