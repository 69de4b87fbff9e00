// SPDX-License-Identifier: GPL-2.0-only
// The cellular scenario: LTE users upload inference tasks to the edge server of their base station.
#include "association-controller.h"
#include "bandwidth-shares.h"
#include "cellular-settings.h"
#include "connection-watch.h"
#include "decision.h"
#include "edge-server.h"
#include "lte-network.h"
#include "mobility.h"
#include "observation/association-fields.h"
#include "observation/bearer-fields.h"
#include "observation/connection-fields.h"
#include "observation/mac-fields.h"
#include "observation/mobility-fields.h"
#include "observation/radio-fields.h"
#include "observation/result-fields.h"
#include "observation/scheduler-tap.h"
#include "observation/server-fields.h"
#include "observation/task-fields.h"
#include "observation/training-fields.h"
#include "random-streams.h"
#include "retraining-jobs.h"
#include "scenario.h"
#include "task-ledger.h"
#include "traffic.h"
#include "transfer-receiver.h"
#include "transfer-sender.h"

#include "ns3/inet-socket-address.h"
#include "ns3/ipv4.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace physical {

namespace {

constexpr std::uint16_t UPLOAD_PORT = 5000;
constexpr std::uint16_t DOWNLOAD_PORT = 5001;

}  // namespace

class Cellular : public Scenario {
  public:
    Cellular()
        : Scenario("cellular",
                   "LTE with EPC and X2: moving users upload tasks to edge servers at the base "
                   "stations") {}

    void DeclareSettings(Settings& settings) override { m_settings.Declare(settings); }

    void SetNs3Defaults() override { LteNetwork::SetNs3Defaults(m_settings); }

    void DeclareFields(Schema& schema) override {
        m_settings.Check();
        m_mobility.emplace(m_settings.mobility, LteNetwork::UserArea(m_settings), m_settings.n_ue,
                           m_clock.warmup_s + m_clock.duration_s);
        m_traffic.emplace(m_settings.traffic, m_settings.n_ue, m_clock.duration_s);
        m_ledger = std::make_unique<TaskLedger>(schema);
        m_time_s = schema.Observation<double>({"time_s", {1}, "s", 0, 1e9, "ns-3 time"});
        m_slot_in_frame = schema.Observation<std::int32_t>(
            {"slot_in_frame", {1}, "slots", 0, 1e6, "0: the next action's association is obeyed"});
        m_mobility_fields.emplace(schema, m_settings);
        if (m_settings.state.radio) {
            m_radio_fields.emplace(schema, m_settings.n_ue, m_settings.n_bs);
        }
        if (m_settings.state.mac) {
            m_mac_fields.emplace(schema, m_settings.n_ue, m_settings.n_bs, m_settings.bandwidth_rb);
        }
        if (m_settings.state.bearers) {
            m_bearer_fields.emplace(schema, m_settings.n_ue);
        }
        m_association_fields.emplace(schema, m_settings.n_ue, m_settings.n_bs);
        m_connection_fields.emplace(schema, m_settings.n_ue);
        m_task_fields.emplace(schema, m_settings.n_ue);
        if (m_settings.traffic.HasResults()) {
            m_result_fields.emplace(schema, m_settings.n_ue);
        }
        m_server_fields.emplace(schema, m_settings.n_ue, m_settings.n_bs);
        if (m_settings.retraining.enabled) {
            m_retraining.emplace(schema, m_settings.retraining, m_servers, m_settings.n_ue);
            m_training_fields.emplace(schema, m_settings.n_ue);
        }
        m_decision.emplace(schema, m_settings);
        schema.DescribeReward("s",
                              "minus the time that tasks spent in the system during the slot; the "
                              "sum over a run is minus the sum of all delays");
    }

    void Build() override {
        m_network = std::make_unique<LteNetwork>(m_settings, *m_mobility, m_clock.warmup_s / 2);
        WatchRadio();
        m_receiver = std::make_unique<TransferReceiver>(
            m_network->EdgeNode(), UPLOAD_PORT, [this](std::int64_t task) { OnUploaded(task); });
        m_association_controller = std::make_unique<AssociationController>(
            *m_network, [this](std::uint32_t ue, const HandoverCommand& command) {
                m_association_fields->Record(ue, command);
            });
        m_connections = std::make_unique<ConnectionWatch>(
            *m_network,
            ConnectionWatch::Listener{
                .lost = [this](std::uint32_t ue,
                               LossReason reason) { m_association_controller->OnLost(ue, reason); },
                .arrived = [this](std::uint32_t ue) { OnArrived(ue); },
                .outage_ended =
                    [this](std::uint32_t ue, const Outage& outage) {
                        m_connection_fields->Record(ue, outage);
                    }});
        if (m_settings.HasBandwidthShares()) {
            m_bandwidth_shares = std::make_unique<BandwidthShares>(*m_network);
        }
        BuildServers();
        BuildUploads();
        if (m_settings.traffic.HasResults()) {
            BuildDownloads();
        }
    }

    void Observe() override {
        m_time_s(0) = ns3::Simulator::Now().GetSeconds();
        m_slot_in_frame(0) = static_cast<std::int32_t>(m_clock.slot % m_clock.slots_per_frame);
        m_mobility_fields->Fill(*m_network);
        if (m_radio_fields) {
            m_radio_fields->Fill();
        }
        if (m_mac_fields) {
            m_mac_fields->Fill(*m_network);
        }
        if (m_bearer_fields) {
            m_bearer_fields->Fill(*m_network);
        }
        m_association_fields->Fill(*m_network, *m_association_controller);
        m_connection_fields->Fill(*m_network, *m_connections);
        m_task_fields->Fill(*m_ledger, m_senders, *m_receiver, m_sources);
        if (m_result_fields) {
            m_result_fields->Fill(*m_ledger, m_result_senders, m_result_receivers);
        }
        m_server_fields->Fill(m_servers, m_clock.slot_s);
        if (m_retraining) {
            m_training_fields->Fill(*m_retraining);
        }
    }

    double Reward() override { return -m_ledger->TakeTaskSeconds(); }

    void DefaultAction() override {
        for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
            m_decision->SetUnchanged(ue, std::max(0, m_connections->LastServingBs(ue)));
        }
    }

    void Act() override {
        if (m_clock.IsFrameStart()) {
            for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
                m_association_controller->Command(ue, m_decision->Association(ue));
            }
        }
        for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
            ApplyBandwidthShare(ue);
            if (m_retraining && m_decision->RetrainSamples(ue) > 0) {
                m_retraining->Submit(ue, m_decision->RetrainSamples(ue),
                                     m_connections->LastServingBs(ue));
            }
        }
        ApplyComputeShares();
    }

    bool CanReseed() const override { return true; }

    void Reseed() override {
        m_network->AssignStreams();
        for (const auto& source : m_sources) {
            source->AssignStreams();
            if (m_clock.slot == 0) {
                source->Start();
            } else {
                source->Redraw();
            }
        }
    }

    void Finish() override {
        m_ledger->AppendUnfinished();
        if (m_retraining) {
            m_retraining->AppendUnfinished();
        }
        m_association_controller->Finish();
        m_connection_fields->RecordOpen(*m_network, *m_connections);
    }

  private:
    void WatchRadio() {
        if (m_radio_fields) {
            m_radio_fields->Watch(*m_network);
        }
        std::vector<SchedulerListener*> listeners;
        m_rnti_directory.emplace(*m_network);
        if (m_mac_fields) {
            listeners.push_back(&m_mac_fields->Watch(*m_network, *m_rnti_directory));
        }
        if (m_bearer_fields) {
            listeners.push_back(&m_bearer_fields->Watch(*m_network));
        }
        for (std::size_t bs = 0; bs < m_network->Bs().size() && !listeners.empty(); ++bs) {
            m_taps.push_back(
                std::make_unique<SchedulerTap>(*m_network, bs, *m_rnti_directory, listeners));
        }
    }

    void BuildServers() {
        const auto mode = m_settings.compute_mode == "quota" ? EdgeServer::Mode::QUOTA
                                                             : EdgeServer::Mode::WORK_CONSERVING;
        for (std::uint32_t bs = 0; bs < m_settings.n_bs; ++bs) {
            m_servers.push_back(std::make_unique<EdgeServer>(
                m_settings.capacity_hz, mode, Flows(),
                [this](std::size_t flow, std::int64_t job) { OnServed(flow, job); }));
        }
    }

    void BuildUploads() {
        m_ledger->SetUsers(m_settings.n_ue);
        const ns3::InetSocketAddress edge(m_network->EdgeAddress(), UPLOAD_PORT);
        for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
            m_senders.push_back(
                std::make_unique<TransferSender>(m_network->Ue()[ue].node, ue, edge));
            m_sources.push_back(m_traffic->Make(ue, TRAFFIC_STREAMS + ue * STREAMS_PER_UE,
                                                [this, ue](std::uint32_t size_bit, double cycles) {
                                                    const Task& task =
                                                        m_ledger->Create(ue, size_bit, cycles);
                                                    m_senders[ue]->Submit(task.id, size_bit);
                                                }));
            ns3::Simulator::Schedule(ns3::Seconds(m_clock.warmup_s),
                                     [this, ue] { m_sources[ue]->Start(); });
        }
    }

    void BuildDownloads() {
        for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
            const auto node = m_network->Ue()[ue].node;
            const auto address = node->GetObject<ns3::Ipv4>()->GetAddress(1, 0).GetLocal();
            m_result_receivers.push_back(std::make_unique<TransferReceiver>(
                node, DOWNLOAD_PORT, [this](std::int64_t task) { m_ledger->Done(task); }));
            m_result_senders.push_back(std::make_unique<TransferSender>(
                m_network->EdgeNode(), ue, ns3::InetSocketAddress(address, DOWNLOAD_PORT)));
        }
    }

    void OnArrived(std::uint32_t ue) {
        m_association_controller->OnArrived(ue);
        m_senders[ue]->OnLinkRestored();
        if (!m_result_senders.empty()) {
            m_result_senders[ue]->OnLinkRestored();
        }
        ApplyBandwidthShare(ue);
        if (m_retraining) {
            m_retraining->Follow(ue, m_connections->LastServingBs(ue));
        }
        ApplyComputeShares();
    }

    /// At every server: one flow of tasks per user, then one of retraining per user.
    std::size_t Flows() const { return m_settings.n_ue * (m_retraining ? 2 : 1); }

    float Weight(std::size_t flow) const {
        const auto ue = static_cast<std::uint32_t>(flow % m_settings.n_ue);
        return flow < m_settings.n_ue ? m_decision->ComputeShare(ue)
                                      : m_decision->TrainingShare(ue);
    }

    void OnServed(std::size_t flow, std::int64_t job) {
        if (flow < m_settings.n_ue) {
            OnComputed(job);
        } else {
            m_retraining->Done(static_cast<std::uint32_t>(flow - m_settings.n_ue));
        }
    }

    void ApplyBandwidthShare(std::uint32_t ue) {
        if (m_bandwidth_shares) {
            m_bandwidth_shares->Apply(ue, m_decision->BandwidthShare(ue));
        }
    }

    /// A share counts at the server of the user's base station and wherever it still has work;
    /// elsewhere it would use up quota for nothing.
    void ApplyComputeShares() {
        std::vector<float> weights(Flows());
        for (std::size_t bs = 0; bs < m_servers.size(); ++bs) {
            for (std::size_t flow = 0; flow < weights.size(); ++flow) {
                const bool member =
                    m_connections->LastServingBs(flow % m_settings.n_ue) == static_cast<int>(bs) ||
                    m_servers[bs]->Jobs(flow) > 0;
                weights[flow] = member ? Weight(flow) : 0;
            }
            m_servers[bs]->SetWeights(weights);
        }
    }

    void OnUploaded(std::int64_t id) {
        // Fragments may have come through several base stations; the last one's server computes.
        const std::int32_t bs = m_connections->LastServingBs(m_ledger->UserOf(id));
        EdgeServer& server = *m_servers[static_cast<std::size_t>(bs)];
        const Task& task = m_ledger->Uploaded(id, bs, server.CapacityHz());
        server.Submit(task.ue, task.id, task.cycles);
    }

    void OnComputed(std::int64_t id) {
        const std::uint32_t result_bit = m_settings.traffic.ResultBit(m_ledger->SizeBit(id));
        const Task& task = m_ledger->Computed(id, result_bit);
        if (result_bit == 0) {
            m_ledger->Done(id);
        } else {
            m_result_senders[task.ue]->Submit(id, result_bit);
        }
    }

    CellularSettings m_settings;

    Field<double> m_time_s;
    Field<std::int32_t> m_slot_in_frame;
    std::optional<MobilityFields> m_mobility_fields;
    std::optional<RadioFields> m_radio_fields;
    std::optional<MacFields> m_mac_fields;
    std::optional<BearerFields> m_bearer_fields;
    std::optional<AssociationFields> m_association_fields;
    std::optional<ConnectionFields> m_connection_fields;
    std::optional<TaskFields> m_task_fields;
    std::optional<ResultFields> m_result_fields;  ///< only if users download results
    std::optional<ServerFields> m_server_fields;
    std::optional<TrainingFields> m_training_fields;  ///< only if retraining, as the next
    std::optional<RetrainingJobs> m_retraining;
    std::optional<Decision> m_decision;

    std::optional<Mobility> m_mobility;
    std::optional<Traffic> m_traffic;
    std::unique_ptr<TaskLedger> m_ledger;
    std::unique_ptr<LteNetwork> m_network;
    std::optional<RntiDirectory> m_rnti_directory;
    std::vector<std::unique_ptr<SchedulerTap>> m_taps;    ///< one per base station, or none
    std::unique_ptr<BandwidthShares> m_bandwidth_shares;  ///< only with radio.scheduler = shares
    std::unique_ptr<AssociationController> m_association_controller;
    std::unique_ptr<ConnectionWatch> m_connections;
    std::unique_ptr<TransferReceiver> m_receiver;
    std::vector<std::unique_ptr<TransferSender>> m_senders;
    std::vector<std::unique_ptr<TransferReceiver>> m_result_receivers;  ///< at the users
    std::vector<std::unique_ptr<TransferSender>> m_result_senders;      ///< at the edge
    std::vector<std::unique_ptr<TaskSource>> m_sources;
    std::vector<std::unique_ptr<EdgeServer>> m_servers;
};

}  // namespace physical

int main(int argc, char** argv) {
    physical::Cellular scenario;
    return physical::RunScenario(scenario, argc, argv);
}
