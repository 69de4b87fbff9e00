// SPDX-License-Identifier: GPL-2.0-only
#include "decision.h"

namespace physical {

Decision::Decision(Schema& schema, const EdgeSettings& settings, const std::string& why_no_shares)
    : m_equal_share(1.0F / static_cast<float>(settings.n_ue)),
      m_has_bandwidth_share(why_no_shares.empty()),
      m_association(schema.Action<std::int32_t>({"association",
                                                 {Ue(settings.n_ue)},
                                                 "1",
                                                 0,
                                                 settings.n_bs - 1.0,
                                                 "base station to serve each user;"
                                                 " obeyed when slot_in_frame is 0",
                                                 {},
                                                 true,
                                                 Timescale::FRAME})),
      m_compute_share(schema.Action<float>(
          {"compute_share",
           {Ue(settings.n_ue)},
           "1",
           0,
           1,
           "weight of each user at the servers that hold its tasks; 0: it waits"})),
      m_retrains(settings.retraining.enabled) {
    if (m_has_bandwidth_share) {
        m_bandwidth_share = schema.Action<float>(
            {"bandwidth_share",
             {Ue(settings.n_ue)},
             "1",
             0,
             1,
             "weight of each user in the uplink and downlink of its cell; 0: its data waits"});
    } else {
        schema.Refuse("bandwidth_share", why_no_shares);
    }
    if (m_retrains) {
        m_retrain_samples =
            schema.Action<std::int32_t>({"retrain_samples",
                                         {Ue(settings.n_ue)},
                                         "samples",
                                         0,
                                         1e6,
                                         "submit a retraining job of that size; 0: none"});
        m_training_share = schema.Action<float>(
            {"training_share",
             {Ue(settings.n_ue)},
             "1",
             0,
             1,
             "weight of each user's retraining beside all compute_share and training_share"});
    } else {
        for (const char* action : {"retrain_samples", "training_share"}) {
            schema.Refuse(action, "retraining.enabled is false: servers take no retraining jobs");
        }
    }
}

void Decision::SetUnchanged(std::uint32_t ue, int serving_bs) const {
    m_association(ue) = serving_bs;
    m_compute_share(ue) = m_equal_share;
    if (m_has_bandwidth_share) {
        m_bandwidth_share(ue) = m_equal_share;
    }
    if (m_retrains) {
        m_retrain_samples(ue) = 0;
        m_training_share(ue) = m_equal_share;
    }
}

}  // namespace physical
