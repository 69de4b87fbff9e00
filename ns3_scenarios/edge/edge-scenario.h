// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_EDGE_SCENARIO_H
#define PHYSICAL_EDGE_SCENARIO_H

#include "access-network.h"
#include "cell-layout.h"
#include "decision.h"
#include "edge-server.h"
#include "edge-settings.h"
#include "mobility.h"
#include "observation/mobility-fields.h"
#include "observation/presence-fields.h"
#include "observation/server-fields.h"
#include "observation/training-fields.h"
#include "presence.h"
#include "retraining-jobs.h"
#include "scenario.h"
#include "task-path.h"

#include "ns3/mobility-model.h"
#include "ns3/ptr.h"

#include <memory>
#include <optional>
#include <vector>

namespace physical {

/**
 * Edge computing over any access network: moving users upload tasks to the server of their base
 * station, which divides itself among them, and have their models retrained there.
 *
 * A scenario program is this class and an access network:
 *
 *     int main(int argc, char** argv) {
 *         physical::EdgeScenario scenario("cellular", "…",
 * ns3::CreateObject<physical::LteAccess>()); return physical::RunScenario(scenario, argc, argv);
 *     }
 */
class EdgeScenario : public Scenario {
  public:
    /// @param defaults where the usual ones do not suit the radio
    EdgeScenario(std::string name,
                 std::string summary,
                 ns3::Ptr<AccessNetwork> access,
                 EdgeSettings defaults = {});

    void DeclareSettings(Settings& settings) override;
    void SetNs3Defaults() override;
    void DeclareFields(Schema& schema) override;
    void Build() override;
    void Observe() override;
    double Reward() override;
    void DefaultAction() override;
    void Act() override;
    bool CanReseed() const override { return true; }
    void Reseed() override;
    std::string WhyNoBranches() const override { return m_access->WhyNoBranches(); }
    void Finish() override;

  private:
    ns3::Ptr<ns3::MobilityModel> MakeMovement(std::uint32_t ue);
    void BuildServers();
    void OnPresence(std::uint32_t ue, bool present);
    void Associate(std::uint32_t ue);
    void OnArrived(std::uint32_t ue);
    void OnServed(std::size_t flow, std::int64_t job);
    /// At every server: one flow of tasks per user, then one of retraining per user.
    std::size_t Flows() const;
    float Weight(std::size_t flow) const;
    void ApplyBandwidthShare(std::uint32_t ue);
    void ApplyComputeShares();

    EdgeSettings m_settings;
    ns3::Ptr<AccessNetwork> m_access;
    std::vector<CellPlace> m_stations;
    std::optional<Mobility> m_mobility;
    std::vector<ns3::Ptr<ns3::MobilityModel>> m_movements;  ///< [n_ue]
    std::vector<std::unique_ptr<EdgeServer>> m_servers;     ///< [n_bs]
    std::optional<Presence> m_presence;
    std::vector<int> m_commanded_bs;  ///< [n_ue]; -1: none yet
    std::optional<TaskPath> m_tasks;
    std::optional<RetrainingJobs> m_retraining;  ///< only if enabled

    Schema* m_schema = nullptr;
    Field<double> m_time_s;
    Field<std::int32_t> m_slot_in_frame;
    std::optional<MobilityFields> m_mobility_fields;
    std::optional<PresenceFields> m_presence_fields;  ///< only if users come and go
    std::optional<ServerFields> m_server_fields;
    std::optional<TrainingFields> m_training_fields;  ///< only with retraining
    std::optional<Decision> m_decision;
};

}  // namespace physical

#endif
