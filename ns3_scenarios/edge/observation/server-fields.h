// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SERVER_FIELDS_H
#define PHYSICAL_SERVER_FIELDS_H

#include "edge-server.h"
#include "schema.h"

#include <memory>
#include <vector>

namespace physical {

/// What the edge servers hold and how busy they are.
class ServerFields {
  public:
    /// @param capacity_hz of each server
    ServerFields(Schema& schema, std::size_t n_ue, const std::vector<double>& capacity_hz);

    /// @param servers one per base station
    /// @param slot_s time since the last call
    void Fill(const std::vector<std::unique_ptr<EdgeServer>>& servers, double slot_s);

  private:
    std::size_t m_n_ue;
    Field<std::int32_t> m_tasks_computing;
    Field<double> m_compute_head_cycles;
    Field<double> m_compute_backlog_cycles;
    Field<float> m_compute_utilisation;
    std::vector<double> m_served_cycles;  ///< at the last slot, per server
};

}  // namespace physical

#endif
