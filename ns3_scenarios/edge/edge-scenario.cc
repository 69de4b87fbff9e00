// SPDX-License-Identifier: GPL-2.0-only
#include "edge-scenario.h"

#include "random-streams.h"

#include "ns3/callback.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <utility>

namespace physical {

namespace {

constexpr double UE_HEIGHT_M = 1.5;  // TR 36.814, Table A.2.1.1-2

}  // namespace

EdgeScenario::EdgeScenario(std::string name,
                           std::string summary,
                           ns3::Ptr<AccessNetwork> access,
                           EdgeSettings defaults)
    : Scenario(std::move(name), std::move(summary)),
      m_settings(std::move(defaults)),
      m_access(std::move(access)) {}

void EdgeScenario::DeclareSettings(Settings& settings) {
    m_settings.DeclarePlaces(settings, m_access->HasSectors());
    m_access->DeclareSettings(settings);
    m_settings.DeclareWork(settings);
}

void EdgeScenario::SetNs3Defaults() {
    m_access->SetNs3Defaults(m_settings.n_ue);
}

void EdgeScenario::DeclareFields(Schema& schema) {
    m_access->CheckSettings();
    m_settings.layout.Check(m_settings.n_bs);
    m_stations = PlaceCells(m_settings.layout, m_settings.n_bs);
    const double end_s = m_clock.warmup_s + m_clock.duration_s;
    m_mobility.emplace(m_settings.mobility, UserArea(m_settings.layout, m_stations),
                       m_settings.n_ue, m_clock.warmup_s, end_s);
    m_presence.emplace(m_settings.arrival, m_mobility->Stays(), m_clock.warmup_s, end_s,
                       PRESENCE_STREAMS);
    m_commanded_bs.assign(m_settings.n_ue, -1);
    m_tasks.emplace(schema, m_settings, m_clock.duration_s, m_servers, *m_presence);
    m_schema = &schema;
    m_time_s = schema.Observation<double>({"time_s", {1}, "s", 0, 1e9, "ns-3 time"});
    m_slot_in_frame = schema.Observation<std::int32_t>(
        {"slot_in_frame", {1}, "slots", 0, 1e6, "0: the next action's association is obeyed"});
    m_mobility_fields.emplace(schema, m_settings, m_stations);
    if (m_presence->Varies()) {
        m_presence_fields.emplace(schema, m_settings.n_ue);
    }
    m_access->DeclareFields(schema, m_settings.n_ue, m_settings.n_bs);
    m_tasks->DeclareFields(schema);
    m_server_fields.emplace(schema, m_settings.n_ue, m_settings.CapacitiesHz());
    if (m_settings.retraining.enabled) {
        m_retraining.emplace(schema, m_settings.retraining, m_servers, m_settings.n_ue);
        m_training_fields.emplace(schema, m_settings.n_ue);
    }
    m_decision.emplace(schema, m_settings, m_access->WhyNoShares());
    schema.DescribeReward("s",
                          "minus the time that tasks spent in the system during the slot; the "
                          "sum over a run is minus the sum of all delays");
}

void EdgeScenario::Build() {
    m_access->Build({.n_ue = m_settings.n_ue,
                     .layout = m_settings.layout,
                     .stations = m_stations,
                     .area = UserArea(m_settings.layout, m_stations),
                     .attach_span_s = m_clock.warmup_s / 2,
                     .make_movement = [this](std::uint32_t ue) { return MakeMovement(ue); }});
    m_access->TraceConnectWithoutContext(
        "Arrived", ns3::Callback<void, std::uint32_t, std::uint32_t>(
                       [this](std::uint32_t ue, std::uint32_t) { OnArrived(ue); }));
    for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
        if (!m_presence->IsPresent(ue)) {
            m_access->SetPresent(ue, false);
        }
    }
    BuildServers();
    m_tasks->Build(*m_access, m_clock.warmup_s);
}

ns3::Ptr<ns3::MobilityModel> EdgeScenario::MakeMovement(std::uint32_t ue) {
    m_movements.push_back(
        m_mobility->Make(ue, UE_HEIGHT_M, MOBILITY_STREAMS + ue * STREAMS_PER_UE, HOTSPOT_STREAM));
    return m_movements.back();
}

void EdgeScenario::BuildServers() {
    const auto mode = m_settings.compute_mode == "quota" ? EdgeServer::Mode::QUOTA
                                                         : EdgeServer::Mode::WORK_CONSERVING;
    for (const double capacity_hz : m_settings.CapacitiesHz()) {
        m_servers.push_back(std::make_unique<EdgeServer>(
            capacity_hz, mode, Flows(),
            [this](std::size_t flow, std::int64_t job) { OnServed(flow, job); }));
    }
}

void EdgeScenario::Observe() {
    const double now_s = ns3::Simulator::Now().GetSeconds();
    m_presence->AdvanceTo(now_s,
                          [this](std::uint32_t ue, bool present) { OnPresence(ue, present); });
    m_time_s(0) = now_s;
    m_slot_in_frame(0) = static_cast<std::int32_t>(m_clock.slot % m_clock.slots_per_frame);
    m_mobility_fields->Fill(m_movements);
    m_access->Observe();
    for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
        if (!m_presence->IsPresent(ue)) {
            m_schema->MarkMissing("ue", ue);
        }
    }
    if (m_presence_fields) {
        m_presence_fields->Fill(*m_presence);
    }
    m_tasks->Observe();
    m_server_fields->Fill(m_servers, m_clock.slot_s);
    if (m_retraining) {
        m_training_fields->Fill(*m_retraining);
    }
}

double EdgeScenario::Reward() {
    return -m_tasks->TakeTaskSeconds();
}

void EdgeScenario::DefaultAction() {
    for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
        const bool held = !m_presence->IsPresent(ue) && m_commanded_bs[ue] >= 0;
        m_decision->SetUnchanged(
            ue, held ? m_commanded_bs[ue] : std::max(0, m_access->LastServingBs(ue)));
    }
}

void EdgeScenario::Act() {
    if (m_clock.IsFrameStart()) {
        for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
            Associate(ue);
        }
    }
    for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
        ApplyBandwidthShare(ue);
        if (m_retraining && m_presence->IsPresent(ue) && m_decision->RetrainSamples(ue) > 0) {
            m_retraining->Submit(ue, m_decision->RetrainSamples(ue), m_access->LastServingBs(ue));
        }
    }
    ApplyComputeShares();
}

/// Who is away is served by nobody: where its command differs from the one before, it is refused.
void EdgeScenario::Associate(std::uint32_t ue) {
    const int bs = m_decision->Association(ue);
    if (m_presence->IsPresent(ue)) {
        m_access->Associate(ue, bs);
    } else if (m_commanded_bs[ue] >= 0 && bs != m_commanded_bs[ue]) {
        m_access->RefuseAbsent(ue, bs);
    }
    m_commanded_bs[ue] = bs;
}

void EdgeScenario::Reseed() {
    m_presence->Redraw(ns3::Simulator::Now().GetSeconds());
    for (std::size_t ue = 0; ue < m_movements.size(); ++ue) {
        m_movements[ue]->AssignStreams(MOBILITY_STREAMS +
                                       static_cast<std::int64_t>(ue) * STREAMS_PER_UE);
    }
    m_access->AssignStreams();
    m_tasks->Redraw(m_clock.slot == 0);
}

void EdgeScenario::Finish() {
    m_tasks->Finish();
    if (m_presence_fields) {
        m_presence_fields->RecordOpen(*m_presence);
    }
    if (m_retraining) {
        m_retraining->AppendUnfinished();
    }
    m_access->Finish();
}

void EdgeScenario::OnPresence(std::uint32_t ue, bool present) {
    const double now_s = ns3::Simulator::Now().GetSeconds();
    if (present) {
        m_presence_fields->Come(ue, now_s);
    } else {
        m_presence_fields->Leave(ue, now_s, m_tasks->Drop(ue));
        if (m_retraining) {
            m_retraining->Drop(ue);
        }
    }
    m_access->SetPresent(ue, present);
    ApplyBandwidthShare(ue);
}

void EdgeScenario::OnArrived(std::uint32_t ue) {
    m_tasks->OnArrived(ue);
    ApplyBandwidthShare(ue);
    if (m_retraining) {
        m_retraining->Follow(ue, m_access->LastServingBs(ue));
    }
    ApplyComputeShares();
}

void EdgeScenario::OnServed(std::size_t flow, std::int64_t job) {
    if (flow < m_settings.n_ue) {
        m_tasks->OnComputed(job);
    } else {
        m_retraining->Done(static_cast<std::uint32_t>(flow - m_settings.n_ue));
    }
}

std::size_t EdgeScenario::Flows() const {
    return m_settings.n_ue * (m_retraining ? 2 : 1);
}

float EdgeScenario::Weight(std::size_t flow) const {
    const auto ue = static_cast<std::uint32_t>(flow % m_settings.n_ue);
    return flow < m_settings.n_ue ? m_decision->ComputeShare(ue) : m_decision->TrainingShare(ue);
}

void EdgeScenario::ApplyBandwidthShare(std::uint32_t ue) {
    if (m_decision->HasBandwidthShare()) {
        m_access->SetShare(ue, m_presence->IsPresent(ue) ? m_decision->BandwidthShare(ue) : 0);
    }
}

/// A share counts at the server of the user's base station and wherever it still has work;
/// elsewhere it would use up quota for nothing.
void EdgeScenario::ApplyComputeShares() {
    std::vector<float> weights(Flows());
    for (std::size_t bs = 0; bs < m_servers.size(); ++bs) {
        for (std::size_t flow = 0; flow < weights.size(); ++flow) {
            const auto ue = static_cast<std::uint32_t>(flow % m_settings.n_ue);
            const bool member =
                m_presence->IsPresent(ue) && (m_access->LastServingBs(ue) == static_cast<int>(bs) ||
                                              m_servers[bs]->Jobs(flow) > 0);
            weights[flow] = member ? Weight(flow) : 0;
        }
        m_servers[bs]->SetWeights(weights);
    }
}

}  // namespace physical
