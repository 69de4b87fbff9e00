// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MEMBERSHIP_FIELDS_H
#define PHYSICAL_MEMBERSHIP_FIELDS_H

#include "association/station-associations.h"
#include "schema.h"

namespace physical {

/// For how long and how often stations have been associated, and how many each access point has.
class MembershipFields {
  public:
    MembershipFields(Schema& schema, std::size_t n_ue, std::size_t n_bs);

    void Fill(const StationAssociations& associations, std::size_t n_ue, std::size_t n_bs) const;

  private:
    Field<float> m_associated_s;
    Field<std::int32_t> m_associations;
    Field<std::int32_t> m_bs_users;
};

}  // namespace physical

#endif
