// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CONNECTION_FIELDS_H
#define PHYSICAL_CONNECTION_FIELDS_H

#include "connection-watch.h"
#include "schema.h"

namespace physical {

/// The state of each user's connection, and the table of all losses.
class ConnectionFields {
  public:
    ConnectionFields(Schema& schema, std::size_t n_ue);

    void Fill(const LteNetwork& network, const ConnectionWatch& watch) const;

    /// Append an outage to the table, when it has ended.
    void Record(std::uint32_t ue, const Outage& outage) const;
    /// The run ends: append the outages under way.
    void RecordOpen(const LteNetwork& network, const ConnectionWatch& watch) const;

  private:
    Field<std::int32_t> m_connection_state;
    Field<std::int32_t> m_connection_losses;
    Table& m_radio_links;
};

}  // namespace physical

#endif
