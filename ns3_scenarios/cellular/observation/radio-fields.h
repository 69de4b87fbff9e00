// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_RADIO_FIELDS_H
#define PHYSICAL_RADIO_FIELDS_H

#include "radio-monitor.h"
#include "schema.h"

#include <memory>

namespace physical {

/// What users and base stations measure of the radio links.
class RadioFields {
  public:
    RadioFields(Schema& schema, std::size_t n_ue, std::size_t n_bs);

    /// Start to listen to the network's measurements.
    void Watch(const LteNetwork& network);
    void Fill() const;

  private:
    std::size_t m_n_ue;
    std::size_t m_n_bs;
    Field<float> m_rsrp_dbm;
    Field<float> m_rsrq_db;
    Field<float> m_sinr_dl_db;
    Field<float> m_sinr_ul_db;
    std::unique_ptr<RadioMonitor> m_monitor;
};

}  // namespace physical

#endif
