// SPDX-License-Identifier: GPL-2.0-only
#include "task-path.h"

#include "random-streams.h"

#include "ns3/inet-socket-address.h"
#include "ns3/ipv4.h"
#include "ns3/simulator.h"

namespace physical {

namespace {

constexpr std::uint16_t UPLOAD_PORT = 5000;
constexpr std::uint16_t DOWNLOAD_PORT = 5001;

}  // namespace

TaskPath::TaskPath(Schema& schema,
                   const EdgeSettings& settings,
                   double duration_s,
                   const Servers& servers,
                   const Presence& presence)
    : m_settings(settings),
      m_servers(servers),
      m_presence(presence),
      m_ledger(schema, presence.Varies()),
      m_traffic(settings.traffic, settings.n_ue, duration_s) {
    m_ledger.SetUsers(settings.n_ue);
}

void TaskPath::DeclareFields(Schema& schema) {
    m_task_fields.emplace(schema, m_settings.n_ue);
    m_traffic.DeclareClass(schema);
    if (m_settings.traffic.HasResults()) {
        m_result_fields.emplace(schema, m_settings.n_ue);
    }
}

void TaskPath::Build(const AccessNetwork& access, double start_s) {
    m_access = &access;
    m_receiver = std::make_unique<TransferReceiver>(
        access.EdgeNode(), UPLOAD_PORT, [this](std::int64_t task) { OnUploaded(task); });
    BuildUploads(start_s);
    if (m_settings.traffic.HasResults()) {
        BuildDownloads();
    }
}

void TaskPath::BuildUploads(double start_s) {
    const ns3::InetSocketAddress edge(m_access->EdgeAddress(), UPLOAD_PORT);
    for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
        m_senders.push_back(std::make_unique<TransferSender>(m_access->UserNode(ue), ue, edge));
        m_sources.push_back(m_traffic.Make(ue, TRAFFIC_STREAMS + ue * STREAMS_PER_UE,
                                           [this, ue](std::uint32_t size_bit, double cycles) {
                                               if (m_presence.IsPresent(ue)) {
                                                   const Task& task =
                                                       m_ledger.Create(ue, size_bit, cycles);
                                                   m_senders[ue]->Submit(task.id, size_bit);
                                               }
                                           }));
        ns3::Simulator::Schedule(ns3::Seconds(start_s), [this, ue] { m_sources[ue]->Start(); });
    }
}

void TaskPath::BuildDownloads() {
    for (std::uint32_t ue = 0; ue < m_settings.n_ue; ++ue) {
        const auto node = m_access->UserNode(ue);
        const auto address = node->GetObject<ns3::Ipv4>()->GetAddress(1, 0).GetLocal();
        m_result_receivers.push_back(std::make_unique<TransferReceiver>(
            node, DOWNLOAD_PORT, [this](std::int64_t task) { m_ledger.Done(task); }));
        m_result_senders.push_back(std::make_unique<TransferSender>(
            m_access->EdgeNode(), ue, ns3::InetSocketAddress(address, DOWNLOAD_PORT)));
    }
}

void TaskPath::Observe() {
    m_task_fields->Fill(m_ledger, m_senders, *m_receiver, m_sources, m_presence);
    if (m_result_fields) {
        m_result_fields->Fill(m_ledger, m_result_senders, m_result_receivers);
    }
}

void TaskPath::OnArrived(std::uint32_t ue) {
    m_senders[ue]->OnLinkRestored();
    if (!m_result_senders.empty()) {
        m_result_senders[ue]->OnLinkRestored();
    }
}

std::int64_t TaskPath::Drop(std::uint32_t ue) {
    m_senders[ue]->Drop();
    m_receiver->Drop(ue, m_ledger.NextId());
    if (!m_result_senders.empty()) {
        m_result_senders[ue]->Drop();
        m_result_receivers[ue]->Drop(ue, m_ledger.NextId());
    }
    for (const auto& server : m_servers) {
        server->Withdraw(ue);
    }
    return m_ledger.Drop(ue);
}

void TaskPath::OnUploaded(std::int64_t id) {
    // Fragments may have come through several base stations; the last one's server computes.
    const std::int32_t bs = m_access->LastServingBs(m_ledger.UserOf(id));
    EdgeServer& server = *m_servers[static_cast<std::size_t>(bs)];
    const Task& task = m_ledger.Uploaded(id, bs, server.CapacityHz());
    server.Submit(task.ue, task.id, task.cycles);
}

void TaskPath::OnComputed(std::int64_t id) {
    const std::uint32_t result_bit = m_settings.traffic.ResultBit(m_ledger.SizeBit(id));
    const Task& task = m_ledger.Computed(id, result_bit);
    if (result_bit == 0) {
        m_ledger.Done(id);
    } else {
        m_result_senders[task.ue]->Submit(id, result_bit);
    }
}

void TaskPath::Redraw(bool from_start) {
    for (const auto& source : m_sources) {
        source->AssignStreams();
        if (from_start) {
            source->Start();
        } else {
            source->Redraw();
        }
    }
}

}  // namespace physical
