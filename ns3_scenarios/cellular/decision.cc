// SPDX-License-Identifier: GPL-2.0-only
#include "decision.h"

namespace twin {

Decision::Decision(Schema& schema, const CellularSettings& settings)
    : m_equal_share(1.0F / static_cast<float>(settings.n_ue)),
      m_has_bandwidth_share(settings.HasBandwidthShares()),
      m_association(schema.Action<std::int32_t>({"association",
                                                 {settings.n_ue},
                                                 "1",
                                                 0,
                                                 settings.n_bs - 1.0,
                                                 "base station that shall serve each user;"
                                                 " obeyed when slot_in_frame is 0",
                                                 {},
                                                 true,
                                                 Timescale::FRAME})),
      m_compute_share(schema.Action<float>(
          {"compute_share",
           {settings.n_ue},
           "1",
           0,
           1,
           "weight of each user at the servers that hold its tasks; 0: it waits"})) {
    if (m_has_bandwidth_share) {
        m_bandwidth_share = schema.Action<float>(
            {"bandwidth_share",
             {settings.n_ue},
             "1",
             0,
             1,
             "weight of each user in the uplink and downlink of its cell; 0: its data waits"});
    } else {
        schema.Refuse("bandwidth_share",
                      "radio.scheduler = " + settings.scheduler +
                          " divides the band by itself; only \"shares\" can be given shares");
    }
}

void Decision::SetUnchanged(std::uint32_t ue, int serving_bs) const {
    m_association(ue) = serving_bs;
    m_compute_share(ue) = m_equal_share;
    if (m_has_bandwidth_share) {
        m_bandwidth_share(ue) = m_equal_share;
    }
}

}  // namespace twin
