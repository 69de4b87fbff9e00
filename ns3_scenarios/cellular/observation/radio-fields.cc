// SPDX-License-Identifier: GPL-2.0-only
#include "radio-fields.h"

namespace physical {

RadioFields::RadioFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_n_ue(n_ue),
      m_n_bs(n_bs),
      m_rsrp_dbm(schema.Observation<float>(
          {.name = "rsrp_dbm",
           .shape = {Ue(n_ue), Bs(n_bs)},
           .unit = "dBm",
           .low = -140,
           .high = 0,
           .help = "reference signal received power (3GPP TS 36.214, 5.1.1); -140: not heard",
           .missing = RadioMonitor::NOT_HEARD_DBM})),
      m_rsrq_db(schema.Observation<float>(
          {.name = "rsrq_db",
           .shape = {Ue(n_ue), Bs(n_bs)},
           .unit = "dB",
           .low = -34,
           .high = 2.5,
           .help = "reference signal received quality (3GPP TS 36.214, 5.1.3); -34: not heard",
           .missing = RadioMonitor::NOT_HEARD_RSRQ_DB})),
      m_sinr_dl_db(schema.Observation<float>(
          {.name = "sinr_dl_db",
           .shape = {Ue(n_ue)},
           .unit = "dB",
           .low = -30,
           .high = 80,
           .help =
               "downlink SINR of the serving cell: reference signals over the interference on the "
               "data channel, mean over the band (ns-3 trace ReportCurrentCellRsrpSinr); -30: none "
               "yet",
           .missing = RadioMonitor::LOWEST_SINR_DB})),
      m_sinr_ul_db(schema.Observation<float>(
          {.name = "sinr_ul_db",
           .shape = {Ue(n_ue)},
           .unit = "dB",
           .low = -30,
           .high = 80,
           .help = "uplink SINR of the last sounding signal (SRS), mean "
                   "over the band (ns-3 trace ReportUeSinr); -30: not sounded",
           .missing = RadioMonitor::LOWEST_SINR_DB})) {}

void RadioFields::Watch(const LteNetwork& network) {
    m_monitor = std::make_unique<RadioMonitor>(network);
}

void RadioFields::Fill() const {
    for (std::size_t ue = 0; ue < m_n_ue; ++ue) {
        m_sinr_dl_db(ue) = static_cast<float>(m_monitor->DownlinkSinrDb(ue));
        m_sinr_ul_db(ue) = static_cast<float>(m_monitor->UplinkSinrDb(ue));
        for (std::size_t bs = 0; bs < m_n_bs; ++bs) {
            m_rsrp_dbm(ue, bs) = static_cast<float>(m_monitor->RsrpDbm(ue, bs));
            m_rsrq_db(ue, bs) = static_cast<float>(m_monitor->RsrqDb(ue, bs));
        }
    }
}

}  // namespace physical
