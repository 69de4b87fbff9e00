// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_LTE_ACCESS_H
#define PHYSICAL_LTE_ACCESS_H

#include "access-network.h"
#include "association-controller.h"
#include "bandwidth-shares.h"
#include "cellular-settings.h"
#include "connection-watch.h"
#include "lte-network.h"
#include "observation/association-fields.h"
#include "observation/bearer-fields.h"
#include "observation/connection-fields.h"
#include "observation/mac-fields.h"
#include "observation/radio-fields.h"
#include "observation/scheduler-tap.h"
#include "packet-capture.h"

#include <memory>
#include <optional>
#include <vector>

namespace physical {

/// LTE with EPC and X2 as access network: handovers follow the agent's commands, and its shares go
/// to the MAC schedulers.
class LteAccess : public AccessNetwork {
  public:
    static ns3::TypeId GetTypeId();

    bool HasSectors() const override { return true; }
    void DeclareSettings(Settings& settings) override { m_settings.Declare(settings); }
    void SetNs3Defaults(std::uint32_t n_ue) override;
    void CheckSettings() const override { m_settings.Check(); }
    std::string WhyNoShares() const override;
    void DeclareFields(Schema& schema, std::uint32_t n_ue, std::uint32_t n_bs) override;

    void Build(const AccessPlan& plan) override;
    ns3::Ptr<ns3::Node> UserNode(std::uint32_t ue) const override {
        return m_network->Ue()[ue].node;
    }
    ns3::Ptr<ns3::Node> EdgeNode() const override { return m_network->EdgeNode(); }
    ns3::Ipv4Address EdgeAddress() const override { return m_network->EdgeAddress(); }

    int LastServingBs(std::uint32_t ue) const override { return m_connections->LastServingBs(ue); }
    void Observe() override;
    void Associate(std::uint32_t ue, int bs) override { m_associations->Command(ue, bs); }
    void RefuseAbsent(std::uint32_t ue, int bs) override { m_associations->RefuseAbsent(ue, bs); }
    void SetPresent(std::uint32_t ue, bool present) override;
    void SetShare(std::uint32_t ue, double share) override { m_bandwidth_shares->Apply(ue, share); }
    std::string WhyNoBranches() const override;
    void AssignStreams() override { m_network->AssignStreams(); }
    void Finish() override;

  private:
    void WatchRadio();
    void WatchUsers();

    CellularSettings m_settings;
    std::optional<RadioFields> m_radio_fields;    ///< as state.radio says
    std::optional<MacFields> m_mac_fields;        ///< as state.mac says
    std::optional<BearerFields> m_bearer_fields;  ///< as state.bearers says
    std::optional<AssociationFields> m_association_fields;
    std::optional<ConnectionFields> m_connection_fields;

    std::unique_ptr<LteNetwork> m_network;
    std::optional<PacketCapture> m_capture;  ///< only with output.pcap
    std::optional<RntiDirectory> m_rnti_directory;
    std::vector<std::unique_ptr<SchedulerTap>> m_taps;    ///< one per base station, or none
    std::unique_ptr<BandwidthShares> m_bandwidth_shares;  ///< only with radio.scheduler = shares
    std::unique_ptr<AssociationController> m_associations;
    std::unique_ptr<ConnectionWatch> m_connections;
};

}  // namespace physical

#endif
