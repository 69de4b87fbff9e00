// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CONNECTION_FIELDS_H
#define PHYSICAL_CONNECTION_FIELDS_H

#include "outage.h"
#include "schema.h"

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// How a radio calls the states of a connection and the reasons of its loss.
struct ConnectionTerms {
    std::vector<std::string> states;
    std::string states_help;
    std::vector<std::string> loss_reasons;  ///< in the order of Outage::reason
    std::string loss_reasons_help;
};

/// The state of each user's connection, and the table of all losses.
class ConnectionFields {
  public:
    ConnectionFields(Schema& schema, std::size_t n_ue, const ConnectionTerms& terms);

    /// @param state index into ConnectionTerms::states @param losses since the start
    void Fill(std::uint32_t ue, int state, int losses) const;

    /// Append an outage to the table, when it has ended, or at the end of the run.
    void Record(std::uint32_t ue, const Outage& outage) const;

  private:
    Field<std::int32_t> m_connection_state;
    Field<std::int32_t> m_connection_losses;
    Table& m_radio_links;
};

}  // namespace physical

#endif
