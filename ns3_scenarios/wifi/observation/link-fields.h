// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_LINK_FIELDS_H
#define PHYSICAL_LINK_FIELDS_H

#include "schema.h"
#include "wifi-network.h"

namespace physical {

/// How well stations hear access points.
class LinkFields {
  public:
    LinkFields(Schema& schema, std::size_t n_ue, std::size_t n_bs);

    void Fill(const WifiNetwork& network) const;

  private:
    Field<float> m_rssi_dbm;
    Field<float> m_snr_db;
};

}  // namespace physical

#endif
