// SPDX-License-Identifier: GPL-2.0-only
#include "observation/membership-fields.h"

#include "ns3/simulator.h"

namespace physical {

MembershipFields::MembershipFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_associated_s(schema.Observation<float>(
          {.name = "associated_s",
           .shape = {Ue(n_ue)},
           .unit = "s",
           .low = 0,
           .high = 1e9,
           .help = "time since the user's access point has accepted it (IEEE 802.11-2020, 11.3.5);"
                   " 0: it has none",
           .missing = 0})),
      m_associations(schema.Observation<std::int32_t>(
          {"associations",
           {Ue(n_ue)},
           "1",
           0,
           1e9,
           "how often an access point has accepted the user since the start (11.3.5)"})),
      m_bs_users(schema.Observation<std::int32_t>(
          {"bs_users",
           {Bs(n_bs)},
           "users",
           0,
           1e6,
           "stations that are associated (BSS load, IEEE 802.11-2020, 9.4.2.27), but for those of"
           " users that are away"})) {}

void MembershipFields::Fill(const StationAssociations& associations,
                            std::size_t n_ue,
                            std::size_t n_bs) const {
    for (std::size_t bs = 0; bs < n_bs; ++bs) {
        m_bs_users(bs) = 0;
    }
    for (std::uint32_t ue = 0; ue < n_ue; ++ue) {
        const int bs = associations.ServingBs(ue);
        m_associations(ue) = associations.Joins(ue);
        m_associated_s(ue) = 0;
        if (bs >= 0) {
            m_associated_s(ue) =
                static_cast<float>((ns3::Simulator::Now() - associations.Joined(ue)).GetSeconds());
            m_bs_users(static_cast<std::size_t>(bs)) += associations.IsPresent(ue) ? 1 : 0;
        }
    }
}

}  // namespace physical
