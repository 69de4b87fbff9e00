// SPDX-License-Identifier: GPL-2.0-only
#include "lte-access.h"

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(LteAccess);

ns3::TypeId LteAccess::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::LteAccess").SetParent<AccessNetwork>().AddConstructor<LteAccess>();
    return tid;
}

void LteAccess::SetNs3Defaults(std::uint32_t n_ue) {
    LteNetwork::SetNs3Defaults(m_settings, n_ue);
}

std::string LteAccess::WhyNoShares() const {
    return m_settings.HasBandwidthShares()
               ? ""
               : "radio.scheduler = " + m_settings.scheduler +
                     " divides the band by itself; only \"shares\" can be given shares";
}

void LteAccess::DeclareFields(Schema& schema, std::uint32_t n_ue, std::uint32_t n_bs) {
    schema.DescribeRadio("lte");
    if (m_settings.state.radio) {
        m_radio_fields.emplace(schema, n_ue, n_bs);
    }
    if (m_settings.state.mac) {
        m_mac_fields.emplace(schema, n_ue, n_bs, m_settings.bandwidth_rb);
    }
    if (m_settings.state.bearers) {
        m_bearer_fields.emplace(schema, n_ue);
    }
    m_association_fields.emplace(schema, n_ue, n_bs, HANDOVER_REASONS);
    m_connection_fields.emplace(schema, n_ue, LTE_CONNECTION_TERMS);
}

void LteAccess::Build(const AccessPlan& plan) {
    m_network = std::make_unique<LteNetwork>(m_settings, plan);
    if (!m_settings.pcap.empty()) {
        m_capture.emplace(*m_network, m_settings.pcap);
    }
    WatchRadio();
    WatchUsers();
    if (m_settings.HasBandwidthShares()) {
        m_bandwidth_shares = std::make_unique<BandwidthShares>(*m_network);
    }
}

void LteAccess::WatchRadio() {
    if (m_radio_fields) {
        m_radio_fields->Watch(*m_network);
    }
    std::vector<SchedulerListener*> listeners;
    std::vector<ns3::Ptr<ns3::LteEnbRrc>> cells;
    for (const BaseStation& bs : m_network->Bs()) {
        cells.push_back(bs.device->GetRrc());
    }
    m_rnti_directory.emplace(cells,
                             [this](std::uint64_t imsi) { return m_network->UeOfImsi(imsi); });
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

void LteAccess::WatchUsers() {
    m_associations = std::make_unique<AssociationController>(
        *m_network, [this](std::uint32_t ue, const HandoverCommand& command) {
            m_association_fields->Record(ue, command);
        });
    m_connections = std::make_unique<ConnectionWatch>(
        *m_network, m_settings.HasBandwidthShares(),
        ConnectionWatch::Listener{
            .lost =
                [this](std::uint32_t ue, LossReason reason) {
                    m_associations->OnLost(ue, reason);
                    m_lost(ue, static_cast<std::uint32_t>(LastServingBs(ue)));
                },
            .arrived =
                [this](std::uint32_t ue) {
                    m_associations->OnArrived(ue);
                    m_arrived(ue, static_cast<std::uint32_t>(LastServingBs(ue)));
                },
            .outage_ended =
                [this](std::uint32_t ue, const Outage& outage) {
                    m_connection_fields->Record(ue, outage);
                    m_outage_ended(ue, ns3::Seconds(outage.restored_s - outage.lost_s));
                }});
}

void LteAccess::Observe() {
    if (m_radio_fields) {
        m_radio_fields->Fill();
    }
    if (m_mac_fields) {
        m_mac_fields->Fill(*m_network, *m_connections);
    }
    if (m_bearer_fields) {
        m_bearer_fields->Fill(*m_network);
    }
    for (std::uint32_t ue = 0; ue < m_network->Ue().size(); ++ue) {
        m_association_fields->Fill(ue, m_network->ServingBs(ue), m_associations->Last(ue).state,
                                   m_associations->LastInterruptionS(ue));
        m_connection_fields->Fill(ue, m_connections->State(ue), m_connections->Losses(ue));
    }
}

void LteAccess::SetPresent(std::uint32_t ue, bool present) {
    if (!present) {
        m_associations->OnLeft(ue);
    }
    m_connections->SetPresent(ue, present);
}

std::string LteAccess::WhyNoBranches() const {
    return m_settings.pcap.empty() ? ""
                                   : "packets are captured (output.pcap), and a branch would write"
                                     " into the same files";
}

void LteAccess::Finish() {
    m_capture.reset();
    m_associations->Finish();
    for (std::uint32_t ue = 0; ue < m_network->Ue().size(); ++ue) {
        if (m_connections->IsLost(ue)) {
            m_connection_fields->Record(ue, m_connections->CurrentOutage(ue));
        }
    }
}

}  // namespace physical
