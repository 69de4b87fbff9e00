// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SPATIAL_FIELD_H
#define PHYSICAL_SPATIAL_FIELD_H

#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <array>

namespace physical {

/**
 * A Gaussian random field over the plane: standard normal everywhere, its correlation over a
 * distance d is exp(−d / correlation_m) (TR 38.901, 7.4.4).
 *
 * A sum of plane waves whose wave numbers follow the field's spectrum. Its value depends on the
 * place alone, not on who asked for it or when: two policies under one seed meet the same field.
 */
class SpatialField {
  public:
    SpatialField(double correlation_m, ns3::Ptr<ns3::UniformRandomVariable> random);

    double At(double x_m, double y_m) const;

  private:
    struct Wave {
        double kx_per_m;
        double ky_per_m;
        double phase;
    };

    static constexpr std::size_t WAVES = 100;

    std::array<Wave, WAVES> m_waves;
};

}  // namespace physical

#endif
