// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ASSOCIATION_FIELDS_H
#define PHYSICAL_ASSOCIATION_FIELDS_H

#include "association-controller.h"
#include "schema.h"

namespace physical {

/// Who serves whom, how the last association command of each user stands, and the table of all
/// commands.
class AssociationFields {
  public:
    AssociationFields(Schema& schema, std::size_t n_ue, std::size_t n_bs);

    void Fill(const LteNetwork& network, const AssociationController& controller) const;

    /// Append a command to the table, at its outcome.
    void Record(std::uint32_t ue, const HandoverCommand& command) const;

  private:
    Field<std::int32_t> m_serving_bs;
    Field<std::int32_t> m_handover_state;
    Field<float> m_handover_interruption_s;
    Table& m_handovers;
};

}  // namespace physical

#endif
