// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ASSOCIATION_FIELDS_H
#define PHYSICAL_ASSOCIATION_FIELDS_H

#include "association.h"
#include "schema.h"

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// Who serves whom, how the last association command of each user stands, and the table of all
/// commands.
class AssociationFields {
  public:
    /// @param reasons why a command is refused or fails, in the order of HandoverCommand::reason
    AssociationFields(Schema& schema,
                      std::size_t n_ue,
                      std::size_t n_bs,
                      const std::vector<std::string>& reasons);

    /// @param serving_bs -1: none
    /// @param interruption_s of the last handover that has ended; 0: none has
    void Fill(std::uint32_t ue, int serving_bs, HandoverState state, double interruption_s) const;

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
