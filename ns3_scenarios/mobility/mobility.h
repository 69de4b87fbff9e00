// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_H
#define PHYSICAL_MOBILITY_H

#include "area.h"
#include "mobility-settings.h"
#include "mobility-trace.h"
#include "presence.h"

#include "ns3/mobility-model.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <vector>

namespace physical {

/// Makes the movement of every user, after the setting `mobility.model`. All that is random comes
/// from streams of the user's own, so that walks depend on the seed alone.
class Mobility {
  public:
    /// Reads the trace, if the model is one.
    /// @param start_s ns-3 time of the first slot
    /// @param end_s ns-3 time at which the run ends
    /// @throws SettingError if a setting or the trace does not fit
    Mobility(const MobilitySettings& settings,
             const Area& area,
             std::uint32_t n_ue,
             double start_s,
             double end_s);

    /// When each user is there, by the trace; without one: throughout. [n_ue]
    const std::vector<Stay>& Stays() const { return m_stays; }

    /// @param first_stream the user's ns-3 random streams; STREAMS of them are used
    /// @param shared_stream one for what all users have in common
    ns3::Ptr<ns3::MobilityModel> Make(std::uint32_t ue,
                                      double height_m,
                                      std::int64_t first_stream,
                                      std::int64_t shared_stream) const;

    static constexpr std::int64_t STREAMS = 16;

  private:
    MobilitySettings m_settings;
    Area m_area;
    MobilityTrace m_trace;  ///< only with mobility.model = trace
    std::vector<Stay> m_stays;
};

}  // namespace physical

#endif
