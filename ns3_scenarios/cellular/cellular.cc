// SPDX-License-Identifier: GPL-2.0-only
// The cellular scenario: LTE users upload inference tasks to the edge server of their base station.
#include "association-controller.h"
#include "bandwidth-shares.h"
#include "cellular-settings.h"
#include "edge-server.h"
#include "lte-network.h"
#include "radio-monitor.h"
#include "random-streams.h"
#include "scenario.h"
#include "task-ledger.h"
#include "task-source.h"
#include "upload-receiver.h"
#include "upload-sender.h"

#include "ns3/inet-socket-address.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

namespace twin {

namespace {

constexpr std::uint16_t UPLOAD_PORT = 5000;
constexpr double MAX_COUNT = 2e9;
const std::vector<std::string> HANDOVER_STATES{"none", "pending", "done", "refused", "failed"};
const std::vector<std::string> HANDOVER_REASONS{"none",
                                                "not_connected",
                                                "user_busy",
                                                "unknown_to_base_station",
                                                "base_station_busy",
                                                "no_preamble",
                                                "random_access",
                                                "leaving_timeout",
                                                "joining_timeout",
                                                "radio_link_failure",
                                                "connection_lost"};

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
        const std::size_t n_ue = m_settings.n_ue;
        const std::size_t n_bs = m_settings.n_bs;
        const double last_bs = static_cast<double>(n_bs) - 1;

        m_time_s = schema.Observation<double>({"time_s", {1}, "s", 0, 1e9, "ns-3 time"});
        m_slot_in_frame = schema.Observation<std::int32_t>(
            {"slot_in_frame", {1}, "slots", 0, 1e6, "0: the next action's association is obeyed"});
        m_position_m = schema.Observation<float>(
            {"position_m", {n_ue, 2}, "m", -1e6, 1e6, "x and y of each user"});
        m_velocity_mps = schema.Observation<float>(
            {"velocity_mps", {n_ue, 2}, "m/s", -1e3, 1e3, "x and y components"});
        m_bs_position_m = schema.Observation<float>(
            {"bs_position_m", {n_bs, 2}, "m", -1e6, 1e6, "x and y of each base station"});
        m_rsrp_dbm = schema.Observation<float>(
            {"rsrp_dbm",
             {n_ue, n_bs},
             "dBm",
             -140,
             0,
             "reference signal received power (3GPP TS 36.214, 5.1.1); -140: not heard"});
        m_rsrq_db = schema.Observation<float>(
            {"rsrq_db",
             {n_ue, n_bs},
             "dB",
             -34,
             2.5,
             "reference signal received quality (3GPP TS 36.214, 5.1.3); -34: not heard"});
        m_sinr_dl_db = schema.Observation<float>(
            {"sinr_dl_db", {n_ue}, "dB", -30, 80, "downlink SINR of the serving cell"});
        m_sinr_ul_db = schema.Observation<float>(
            {"sinr_ul_db", {n_ue}, "dB", -30, 80, "uplink SINR of the last sounding signal"});
        m_serving_bs = schema.Observation<std::int32_t>(
            {"serving_bs", {n_ue}, "1", -1, last_bs, "-1: not connected", {}, true});
        m_handover_state =
            schema.Observation<std::int32_t>({"handover_state",
                                              {n_ue},
                                              "1",
                                              0,
                                              static_cast<double>(HANDOVER_STATES.size() - 1),
                                              "how the last association command stands",
                                              HANDOVER_STATES,
                                              true});
        m_tasks_created = schema.Observation<std::int64_t>(
            {"tasks_created", {n_ue}, "tasks", 0, MAX_COUNT, "since the start"});
        m_tasks_completed = schema.Observation<std::int64_t>(
            {"tasks_completed", {n_ue}, "tasks", 0, MAX_COUNT, "since the start"});
        m_created_bit = schema.Observation<std::int64_t>(
            {"created_bit", {n_ue}, "bit", 0, 1e15, "data of all tasks since the start"});
        m_tasks_uploading = schema.Observation<std::int32_t>(
            {"tasks_uploading", {n_ue}, "tasks", 0, MAX_COUNT, "waiting for or in transmission"});
        m_upload_backlog_bit = schema.Observation<double>(
            {"upload_backlog_bit", {n_ue}, "bit", 0, 1e15, "not acknowledged by the edge"});
        m_oldest_age_s = schema.Observation<float>(
            {"oldest_age_s", {n_ue}, "s", 0, 1e9, "age of the user's oldest task, 0: none"});
        m_tasks_computing = schema.Observation<std::int32_t>(
            {"tasks_computing", {n_ue, n_bs}, "tasks", 0, MAX_COUNT, "at each edge server"});
        m_compute_head_cycles = schema.Observation<double>(
            {"compute_head_cycles",
             {n_ue, n_bs},
             "cycles",
             0,
             1e18,
             "what remains of the user's task in service at each server"});
        m_compute_backlog_cycles =
            schema.Observation<double>({"compute_backlog_cycles",
                                        {n_ue, n_bs},
                                        "cycles",
                                        0,
                                        1e18,
                                        "what remains of all the user's tasks at each server"});
        m_compute_capacity_hz = schema.Observation<double>(
            {"compute_capacity_hz", {n_bs}, "cycles/s", 0, 1e15, "processor of each server"});
        m_compute_utilisation = schema.Observation<float>(
            {"compute_utilisation", {n_bs}, "1", 0, 1, "busy part of each server, last slot"});

        m_association = schema.Action<std::int32_t>({"association",
                                                     {n_ue},
                                                     "1",
                                                     0,
                                                     last_bs,
                                                     "base station that shall serve each user;"
                                                     " obeyed when slot_in_frame is 0",
                                                     {},
                                                     true,
                                                     Timescale::FRAME});
        m_compute_share = schema.Action<float>(
            {"compute_share",
             {n_ue},
             "1",
             0,
             1,
             "weight of each user at the servers that hold its tasks; 0: it waits"});
        if (m_settings.HasBandwidthShares()) {
            m_bandwidth_share = schema.Action<float>(
                {"bandwidth_share",
                 {n_ue},
                 "1",
                 0,
                 1,
                 "weight of each user in the uplink and downlink of its cell; 0: its data waits"});
        } else {
            schema.Refuse("bandwidth_share",
                          "radio.scheduler = " + m_settings.scheduler +
                              " divides the band by itself; only \"shares\" can be given shares");
        }

        schema.DescribeReward("s",
                              "minus the time that tasks spent in the system during the slot; the "
                              "sum over a run is minus the sum of all delays");
        m_ledger = std::make_unique<TaskLedger>(schema);
        m_handovers = &schema.AddTable(
            "handover", "one row per association command, at its outcome",
            {{"ue", true, "1", "user"},
             {"from_bs", true, "1", "serving base station; -1: not connected"},
             {"to_bs", true, "1", "commanded base station"},
             {"commanded_s", false, "s", "ns-3 time of the command"},
             {"started_s", false, "s", "ns-3 time at which the user left its cell"},
             {"ended_s", false, "s", "ns-3 time of the outcome; minus started_s: interruption"},
             {"outcome", true, "1", "how it ended", HANDOVER_STATES},
             {"reason", true, "1", "why it was refused or failed", HANDOVER_REASONS}});
    }

    void Build() override {
        m_network = std::make_unique<LteNetwork>(m_settings, m_clock.warmup_s / 2);
        m_radio = std::make_unique<RadioMonitor>(*m_network);
        m_receiver =
            std::make_unique<UploadReceiver>(m_network->EdgeNode(), UPLOAD_PORT, m_settings.n_ue,
                                             [this](std::int64_t task) { OnUploaded(task); });
        m_association_controller = std::make_unique<AssociationController>(
            *m_network,
            [this](std::uint32_t ue, const HandoverCommand& command) {
                RecordHandover(ue, command);
            },
            [this](std::uint32_t ue) {
                m_senders[ue]->OnLinkRestored();
                ApplyBandwidthShare(ue);
                ApplyComputeShares();
            });
        if (m_settings.HasBandwidthShares()) {
            m_bandwidth_shares = std::make_unique<BandwidthShares>(*m_network);
        }
        const auto mode = m_settings.compute_mode == "quota" ? EdgeServer::Mode::QUOTA
                                                             : EdgeServer::Mode::WORK_CONSERVING;
        for (std::uint32_t bs = 0; bs < m_settings.n_bs; ++bs) {
            m_servers.push_back(
                std::make_unique<EdgeServer>(m_settings.capacity_hz, mode, m_settings.n_ue,
                                             [this](std::int64_t task) { m_ledger->Done(task); }));
        }
        m_served_cycles.assign(m_settings.n_bs, 0);

        m_ledger->SetUsers(m_settings.n_ue);
        const ns3::InetSocketAddress edge(m_network->EdgeAddress(), UPLOAD_PORT);
        for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
            m_senders.push_back(std::make_unique<UploadSender>(m_network->Ue()[ue].node, ue, edge));
            m_sources.push_back(std::make_unique<TaskSource>(
                m_settings.traffic, TRAFFIC_STREAMS + ue * STREAMS_PER_UE,
                [this, ue](std::uint32_t size_bit, double cycles) {
                    m_senders[ue]->Submit(m_ledger->Create(ue, size_bit, cycles));
                }));
            ns3::Simulator::Schedule(ns3::Seconds(m_clock.warmup_s),
                                     [this, ue] { m_sources[ue]->Start(); });
        }
    }

    void Observe() override {
        m_time_s(0) = ns3::Simulator::Now().GetSeconds();
        m_slot_in_frame(0) = static_cast<std::int32_t>(m_clock.slot % m_clock.slots_per_frame);
        for (std::size_t ue = 0; ue < m_settings.n_ue; ++ue) {
            ObserveUser(ue);
        }
        for (std::size_t bs = 0; bs < m_settings.n_bs; ++bs) {
            ObserveBaseStation(bs);
        }
    }

    double Reward() override { return -m_ledger->TakeTaskSeconds(); }

    void DefaultAction() override {
        for (std::size_t ue = 0; ue < m_settings.n_ue; ++ue) {
            m_association(ue) = std::max(
                0, m_association_controller->LastServingBs(static_cast<std::uint32_t>(ue)));
            m_compute_share(ue) = 1.0F / static_cast<float>(m_settings.n_ue);
            if (m_settings.HasBandwidthShares()) {
                m_bandwidth_share(ue) = 1.0F / static_cast<float>(m_settings.n_ue);
            }
        }
    }

    void Act() override {
        if (m_clock.IsFrameStart()) {
            for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
                m_association_controller->Command(ue, m_association(ue));
            }
        }
        for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
            ApplyBandwidthShare(ue);
        }
        ApplyComputeShares();
    }

    void Finish() override { m_ledger->AppendUnfinished(); }

  private:
    void ObserveUser(std::size_t ue) {
        const UserEquipment& user = m_network->Ue()[ue];
        const auto index = static_cast<std::uint32_t>(ue);
        const ns3::Vector position = user.mobility->GetPosition();
        const ns3::Vector velocity = user.mobility->GetVelocity();
        m_position_m(ue, 0) = static_cast<float>(position.x);
        m_position_m(ue, 1) = static_cast<float>(position.y);
        m_velocity_mps(ue, 0) = static_cast<float>(velocity.x);
        m_velocity_mps(ue, 1) = static_cast<float>(velocity.y);
        m_sinr_dl_db(ue) = static_cast<float>(m_radio->DownlinkSinrDb(ue));
        m_sinr_ul_db(ue) = static_cast<float>(m_radio->UplinkSinrDb(ue));
        m_serving_bs(ue) = m_network->ServingBs(ue);
        m_handover_state(ue) =
            static_cast<std::int32_t>(m_association_controller->Last(index).state);
        m_tasks_created(ue) = m_ledger->Created(ue);
        m_tasks_completed(ue) = m_ledger->Completed(ue);
        m_created_bit(ue) = m_ledger->CreatedBit(ue);
        m_tasks_uploading(ue) = m_ledger->Uploading(ue);
        m_upload_backlog_bit(ue) = m_senders[ue]->BacklogBit();
        m_oldest_age_s(ue) = static_cast<float>(m_ledger->OldestAgeS(ue));
        for (std::size_t bs = 0; bs < m_settings.n_bs; ++bs) {
            m_rsrp_dbm(ue, bs) = static_cast<float>(m_radio->RsrpDbm(ue, bs));
            m_rsrq_db(ue, bs) = static_cast<float>(m_radio->RsrqDb(ue, bs));
        }
    }

    void ObserveBaseStation(std::size_t bs) {
        EdgeServer& server = *m_servers[bs];
        server.Advance();
        for (std::size_t ue = 0; ue < m_settings.n_ue; ++ue) {
            m_tasks_computing(ue, bs) = static_cast<std::int32_t>(server.Jobs(ue));
            m_compute_head_cycles(ue, bs) = server.HeadCycles(ue);
            m_compute_backlog_cycles(ue, bs) = server.BacklogCycles(ue);
        }
        const double slot_cycles = server.CapacityHz() * m_clock.slot_s;
        m_compute_utilisation(bs) =
            static_cast<float>((server.ServedCycles() - m_served_cycles[bs]) / slot_cycles);
        m_served_cycles[bs] = server.ServedCycles();
        m_compute_capacity_hz(bs) = server.CapacityHz();
        const ns3::Vector& position = m_network->Bs()[bs].position;
        m_bs_position_m(bs, 0) = static_cast<float>(position.x);
        m_bs_position_m(bs, 1) = static_cast<float>(position.y);
    }

    void ApplyBandwidthShare(std::uint32_t ue) {
        if (m_bandwidth_shares) {
            m_bandwidth_shares->Apply(ue, m_bandwidth_share(ue));
        }
    }

    /// A share counts at the server of the user's base station and wherever it still has tasks;
    /// elsewhere it would use up quota for nothing.
    void ApplyComputeShares() {
        std::vector<float> weights(m_settings.n_ue);
        for (std::size_t bs = 0; bs < m_servers.size(); ++bs) {
            for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
                const bool member =
                    m_association_controller->LastServingBs(ue) == static_cast<int>(bs) ||
                    m_servers[bs]->Jobs(ue) > 0;
                weights[ue] = member ? m_compute_share(ue) : 0;
            }
            m_servers[bs]->SetWeights(weights);
        }
    }

    void OnUploaded(std::int64_t id) {
        // Fragments may have come through several base stations; the last one's server computes.
        const std::int32_t bs = m_association_controller->LastServingBs(m_ledger->UserOf(id));
        EdgeServer& server = *m_servers[static_cast<std::size_t>(bs)];
        const Task& task = m_ledger->Uploaded(id, bs, server.CapacityHz());
        server.Submit(task.ue, task.id, task.cycles);
    }

    void RecordHandover(std::uint32_t ue, const HandoverCommand& command) {
        const auto reason =
            std::find(HANDOVER_REASONS.begin(), HANDOVER_REASONS.end(), command.reason);
        const auto reason_index = command.reason.empty() ? 0 : reason - HANDOVER_REASONS.begin();
        m_handovers->Append(ue, command.from_bs, command.to_bs, command.commanded_s,
                            command.started_s, command.ended_s, static_cast<int>(command.state),
                            reason_index);
    }

    CellularSettings m_settings;

    Field<double> m_time_s;
    Field<std::int32_t> m_slot_in_frame;
    Field<float> m_position_m;
    Field<float> m_velocity_mps;
    Field<float> m_bs_position_m;
    Field<float> m_rsrp_dbm;
    Field<float> m_rsrq_db;
    Field<float> m_sinr_dl_db;
    Field<float> m_sinr_ul_db;
    Field<std::int32_t> m_serving_bs;
    Field<std::int32_t> m_handover_state;
    Field<std::int64_t> m_tasks_created;
    Field<std::int64_t> m_tasks_completed;
    Field<std::int64_t> m_created_bit;
    Field<std::int32_t> m_tasks_uploading;
    Field<double> m_upload_backlog_bit;
    Field<float> m_oldest_age_s;
    Field<std::int32_t> m_tasks_computing;
    Field<double> m_compute_head_cycles;
    Field<double> m_compute_backlog_cycles;
    Field<double> m_compute_capacity_hz;
    Field<float> m_compute_utilisation;
    Field<std::int32_t> m_association;
    Field<float> m_compute_share;
    Field<float> m_bandwidth_share;  ///< only with radio.scheduler = shares
    Table* m_handovers = nullptr;

    std::unique_ptr<TaskLedger> m_ledger;
    std::unique_ptr<LteNetwork> m_network;
    std::unique_ptr<BandwidthShares> m_bandwidth_shares;  ///< only with radio.scheduler = shares
    std::unique_ptr<RadioMonitor> m_radio;
    std::unique_ptr<AssociationController> m_association_controller;
    std::unique_ptr<UploadReceiver> m_receiver;
    std::vector<std::unique_ptr<UploadSender>> m_senders;
    std::vector<std::unique_ptr<TaskSource>> m_sources;
    std::vector<std::unique_ptr<EdgeServer>> m_servers;
    std::vector<double> m_served_cycles;  ///< at the last slot, per server
};

}  // namespace twin

int main(int argc, char** argv) {
    twin::Cellular scenario;
    return twin::RunScenario(scenario, argc, argv);
}
