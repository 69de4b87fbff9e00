// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_UPLINK_SHARES_H
#define PHYSICAL_UPLINK_SHARES_H

#include <cstdint>

namespace physical {

/// How the agent's shares divide the uplink of each access point among its stations.
class UplinkShares {
  public:
    virtual ~UplinkShares() = default;

    /// @param bs access point that serves the station from now on; -1: none
    virtual void OnServed(std::uint32_t ue, int bs) = 0;
    /// @param share weight beside the others of its access point; 0: its data wait
    virtual void Apply(std::uint32_t ue, double share) = 0;
};

}  // namespace physical

#endif
