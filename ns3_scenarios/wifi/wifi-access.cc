// SPDX-License-Identifier: GPL-2.0-only
#include "wifi-access.h"

#include "channel/channel-plan.h"
#include "shares/airtime-shares.h"
#include "shares/contention-shares.h"
#include "shares/trigger-shares.h"

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(WifiAccess);

ns3::TypeId WifiAccess::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::WifiAccess").SetParent<AccessNetwork>().AddConstructor<WifiAccess>();
    return tid;
}

void WifiAccess::SetNs3Defaults(std::uint32_t /*n_ue*/) {
    WifiNetwork::SetNs3Defaults();
}

std::string WifiAccess::WhyNoShares() const {
    return m_settings.HasShares()
               ? ""
               : "radio.shares = none: stations contend for the channel as they"
                 " like (EDCA); \"service-periods\", \"trigger-frames\" and \"edca\" have shares";
}

void WifiAccess::DeclareFields(Schema& schema, std::uint32_t n_ue, std::uint32_t n_bs) {
    PlanChannels(m_settings, n_bs);  // throws if there are too few
    m_settings.CheckColors(n_bs);
    schema.DescribeRadio("wifi");
    m_link_fields.emplace(schema, n_ue, n_bs);
    m_airtime_fields.emplace(schema, n_ue, n_bs);
    if (m_settings.observe_frames) {
        m_frame_fields.emplace(schema, n_ue, n_bs);
    }
    m_membership_fields.emplace(schema, n_ue, n_bs);
    m_association_fields.emplace(schema, n_ue, n_bs, ROAMING_REASONS);
    m_connection_fields.emplace(schema, n_ue, WIFI_CONNECTION_TERMS);
}

void WifiAccess::Build(const AccessPlan& plan) {
    m_network = std::make_unique<WifiNetwork>(m_settings, plan);
    m_shares = MakeShares();
    m_associations = std::make_unique<StationAssociations>(
        *m_network, plan.attach_span_s,
        StationAssociations::Listener{
            .ended =
                [this](std::uint32_t ue, const HandoverCommand& command) {
                    m_association_fields->Record(ue, command);
                },
            .left =
                [this](std::uint32_t ue) {
                    if (m_shares) {
                        m_shares->OnServed(ue, -1);
                    }
                },
            .lost =
                [this](std::uint32_t ue) {
                    m_lost(ue, static_cast<std::uint32_t>(LastServingBs(ue)));
                },
            .arrived =
                [this](std::uint32_t ue) {
                    if (m_shares) {
                        m_shares->OnServed(ue, m_associations->ServingBs(ue));
                    }
                    m_arrived(ue, static_cast<std::uint32_t>(LastServingBs(ue)));
                },
            .outage_ended =
                [this](std::uint32_t ue, const Outage& outage) {
                    m_connection_fields->Record(ue, outage);
                    m_outage_ended(ue, ns3::Seconds(outage.restored_s - outage.lost_s));
                }});
    m_airtime_fields->Watch(*m_network,
                            [this](std::uint32_t ue) { return m_associations->ServingBs(ue); });
    if (m_frame_fields) {
        m_frame_fields->Watch(*m_network);
    }
}

std::unique_ptr<UplinkShares> WifiAccess::MakeShares() const {
    if (m_settings.shares == "edca") {
        return std::make_unique<ContentionShares>(*m_network);
    }
    const auto mode = m_settings.bandwidth_mode == "quota" ? AirtimeAccounts::Mode::QUOTA
                                                           : AirtimeAccounts::Mode::WORK_CONSERVING;
    if (m_settings.shares == "service-periods") {
        return std::make_unique<AirtimeShares>(*m_network, mode, m_settings.downlink_shares);
    }
    if (m_settings.shares == "trigger-frames") {
        return std::make_unique<TriggerShares>(*m_network, mode, m_settings.missed_beacons);
    }
    return nullptr;
}

void WifiAccess::Observe() {
    m_link_fields->Fill(*m_network);
    m_airtime_fields->Fill();
    if (m_frame_fields) {
        m_frame_fields->Fill(*m_network,
                             [this](std::uint32_t ue) { return m_associations->ServingBs(ue); });
    }
    m_membership_fields->Fill(*m_associations, m_network->Ue().size(), m_network->Bs().size());
    for (std::uint32_t ue = 0; ue < m_network->Ue().size(); ++ue) {
        m_association_fields->Fill(ue, m_associations->ServingBs(ue),
                                   m_associations->Last(ue).state,
                                   m_associations->LastInterruptionS(ue));
        m_connection_fields->Fill(ue, m_associations->State(ue), m_associations->Losses(ue));
    }
}

void WifiAccess::Finish() {
    m_associations->Finish();
    for (std::uint32_t ue = 0; ue < m_network->Ue().size(); ++ue) {
        if (m_associations->CurrentOutage(ue).IsOpen()) {
            m_connection_fields->Record(ue, m_associations->CurrentOutage(ue));
        }
    }
}

}  // namespace physical
