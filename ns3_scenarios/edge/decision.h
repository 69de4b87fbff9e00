// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DECISION_H
#define PHYSICAL_DECISION_H

#include "edge-settings.h"
#include "schema.h"

#include <string>

namespace physical {

/// What the agent decides: the action fields of the scenario.
class Decision {
  public:
    /// @param why_no_shares the access network's reason not to take shares of the band; or empty
    Decision(Schema& schema, const EdgeSettings& settings, const std::string& why_no_shares);

    /// Nobody moves, all have equal shares. @param serving_bs of each user, never negative
    void SetUnchanged(std::uint32_t ue, int serving_bs) const;

    int Association(std::uint32_t ue) const { return m_association(ue); }
    float ComputeShare(std::uint32_t ue) const { return m_compute_share(ue); }
    /// Only if retraining is enabled, as the next.
    std::int64_t RetrainSamples(std::uint32_t ue) const { return m_retrain_samples(ue); }
    float TrainingShare(std::uint32_t ue) const { return m_training_share(ue); }
    bool HasBandwidthShare() const { return m_has_bandwidth_share; }
    /// Only if there is one.
    float BandwidthShare(std::uint32_t ue) const { return m_bandwidth_share(ue); }

  private:
    float m_equal_share;
    bool m_has_bandwidth_share;
    Field<std::int32_t> m_association;
    Field<float> m_compute_share;
    Field<float> m_bandwidth_share;
    bool m_retrains;
    Field<std::int32_t> m_retrain_samples;
    Field<float> m_training_share;
};

}  // namespace physical

#endif
