// SPDX-License-Identifier: GPL-2.0-only
#include "observation/link-fields.h"

namespace physical {

namespace {

constexpr double NO_RSSI_DBM = -110;
constexpr double NO_SNR_DB = -20;

}  // namespace

LinkFields::LinkFields(Schema& schema, std::size_t n_ue, std::size_t n_bs)
    : m_rssi_dbm(schema.Observation<float>(
          {.name = "rssi_dbm",
           .shape = {Ue(n_ue), Bs(n_bs)},
           .unit = "dBm",
           .low = NO_RSSI_DBM,
           .high = 30,
           .help = "power at which the user receives each access point (IEEE 802.11-2020, 9.4.2.37"
                   " RCPI), by the model of the channel: a station measures its own channel alone;"
                   " -110: below -82 dBm, where no preamble is noticed",
           .missing = NO_RSSI_DBM})),
      m_snr_db(schema.Observation<float>(
          {.name = "snr_db",
           .shape = {Ue(n_ue), Bs(n_bs)},
           .unit = "dB",
           .low = NO_SNR_DB,
           .high = 120,
           .help = "that power over the noise of the receiver in the channel's whole width (RSNI,"
                   " 9.4.2.40, without interference); -20: not heard",
           .missing = NO_SNR_DB})) {}

void LinkFields::Fill(const WifiNetwork& network) const {
    for (std::size_t ue = 0; ue < network.Ue().size(); ++ue) {
        for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
            const double rssi_dbm = network.RssiDbm(ue, bs);
            const bool heard = rssi_dbm >= WifiNetwork::NOT_HEARD_DBM;
            m_rssi_dbm(ue, bs) = static_cast<float>(heard ? rssi_dbm : NO_RSSI_DBM);
            m_snr_db(ue, bs) =
                static_cast<float>(heard ? rssi_dbm - network.NoiseDbm() : NO_SNR_DB);
        }
    }
}

}  // namespace physical
