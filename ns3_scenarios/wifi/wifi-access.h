// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_WIFI_ACCESS_H
#define PHYSICAL_WIFI_ACCESS_H

#include "access-network.h"
#include "association/station-associations.h"
#include "observation/airtime-fields.h"
#include "observation/association-fields.h"
#include "observation/connection-fields.h"
#include "observation/frame-fields.h"
#include "observation/link-fields.h"
#include "observation/membership-fields.h"
#include "shares/uplink-shares.h"
#include "wifi-network.h"
#include "wifi-settings.h"

#include <memory>
#include <optional>

namespace physical {

/// IEEE 802.11 as access network: stations go from access point to access point as the agent
/// commands, and contend for each one's channel.
class WifiAccess : public AccessNetwork {
  public:
    static ns3::TypeId GetTypeId();

    void DeclareSettings(Settings& settings) override { m_settings.Declare(settings); }
    void SetNs3Defaults(std::uint32_t n_ue) override;
    void CheckSettings() const override { m_settings.Check(); }
    std::string WhyNoShares() const override;
    void DeclareFields(Schema& schema, std::uint32_t n_ue, std::uint32_t n_bs) override;

    void Build(const AccessPlan& plan) override;
    ns3::Ptr<ns3::Node> UserNode(std::uint32_t ue) const override {
        return m_network->Ue()[ue].node;
    }
    ns3::Ptr<ns3::Node> EdgeNode() const override { return m_network->Wires().Host(); }
    ns3::Ipv4Address EdgeAddress() const override { return m_network->Wires().HostAddress(); }

    int LastServingBs(std::uint32_t ue) const override { return m_associations->LastServingBs(ue); }
    void Observe() override;
    void Associate(std::uint32_t ue, int bs) override { m_associations->Command(ue, bs); }
    void RefuseAbsent(std::uint32_t ue, int bs) override { m_associations->RefuseAbsent(ue, bs); }
    void SetPresent(std::uint32_t ue, bool present) override {
        m_associations->SetPresent(ue, present);
    }
    void SetShare(std::uint32_t ue, double share) override { m_shares->Apply(ue, share); }
    void AssignStreams() override { m_network->AssignStreams(); }
    void Finish() override;

  private:
    /// @return null where the agent has no shares
    std::unique_ptr<UplinkShares> MakeShares() const;

    WifiSettings m_settings;
    std::optional<LinkFields> m_link_fields;
    std::optional<AirtimeFields> m_airtime_fields;
    std::optional<FrameFields> m_frame_fields;  ///< only with state.frames
    std::optional<MembershipFields> m_membership_fields;
    std::optional<AssociationFields> m_association_fields;
    std::optional<ConnectionFields> m_connection_fields;

    std::unique_ptr<WifiNetwork> m_network;
    std::unique_ptr<UplinkShares> m_shares;  ///< only with radio.shares
    std::unique_ptr<StationAssociations> m_associations;
};

}  // namespace physical

#endif
