// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_FIELDS_H
#define PHYSICAL_MOBILITY_FIELDS_H

#include "lte-network.h"
#include "schema.h"

namespace physical {

/// Where users and base stations are, and where the users go.
class MobilityFields {
  public:
    MobilityFields(Schema& schema, const CellularSettings& settings);

    void Fill(const LteNetwork& network) const;

  private:
    Field<float> m_position_m;
    Field<float> m_velocity_mps;
    Field<float> m_bs_position_m;
    bool m_sectors;
    Field<float> m_bs_azimuth_deg;  ///< only with sectors
};

}  // namespace physical

#endif
