// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_LTE_NETWORK_H
#define PHYSICAL_LTE_NETWORK_H

#include "access-network.h"
#include "cellular-settings.h"
#include "channel/radio-channel.h"

#include "ns3/callback.h"
#include "ns3/ipv4-address.h"
#include "ns3/lte-enb-net-device.h"
#include "ns3/lte-enb-rrc.h"
#include "ns3/lte-helper.h"
#include "ns3/lte-ue-net-device.h"
#include "ns3/lte-ue-rrc.h"
#include "ns3/mobility-model.h"
#include "ns3/node-container.h"
#include "ns3/point-to-point-epc-helper.h"

#include <vector>

namespace physical {

/// Arguments of most RRC trace sources: IMSI, cell and RNTI, in an order that varies.
using RrcCallback = ns3::Callback<void, std::uint64_t, std::uint16_t, std::uint16_t>;

/// A base station as the rest of the scenario sees it.
struct BaseStation {
    ns3::Ptr<ns3::LteEnbNetDevice> device;
    ns3::Vector position;
    double azimuth_deg;  ///< main direction of a sector's antenna; 0 if omnidirectional
};

/// A user as the rest of the scenario sees it.
struct UserEquipment {
    ns3::Ptr<ns3::Node> node;
    ns3::Ptr<ns3::LteUeNetDevice> device;
    ns3::Ptr<ns3::MobilityModel> mobility;

    ns3::Ptr<ns3::LteUeRrc> Rrc() const { return device->GetRrc(); }
};

/// The LTE network with its core: base stations, X2 between all of them, moving users, and one host
/// behind the packet gateway that stands for the edge.
class LteNetwork {
  public:
    /// ns-3 attribute defaults that the scenario relies on.
    static void SetNs3Defaults(const CellularSettings& settings, std::uint32_t n_ue);

    LteNetwork(const CellularSettings& settings, const AccessPlan& plan);

    const std::vector<BaseStation>& Bs() const { return m_bs; }
    const std::vector<UserEquipment>& Ue() const { return m_ue; }
    ns3::Ptr<ns3::Node> EdgeNode() const { return m_edge_node; }
    ns3::Ipv4Address EdgeAddress() const { return m_edge_address; }

    /// The run number has changed: the radio draws from now on as it says. The maps of line of
    /// sight and shadowing stay.
    void AssignStreams();

    /// @return index of the base station with this cell identifier, or -1
    int BsOfCell(std::uint16_t cell_id) const;
    std::uint16_t CellOfBs(std::size_t bs) const { return m_bs[bs].device->GetCellId(); }

    /// @return index of the base station that serves the user, or -1 if none does
    int ServingBs(std::size_t ue) const;

    /// @return index of the user with this subscriber identity
    std::uint32_t UeOfImsi(std::uint64_t imsi) const;

    /// @return whether the base station has the user's context under the user's present RNTI
    bool BsKnows(std::size_t bs, std::size_t ue) const;

    /// @return index of the base station whose signal is the strongest at the user's place
    std::size_t StrongestBs(std::size_t ue) const;

  private:
    void ChooseScheduler();
    void BuildBaseStations();
    void BuildUsers();
    void ConnectEdge();
    void Attach();

    CellularSettings m_settings;
    AccessPlan m_plan;
    RadioChannel m_channel;
    ns3::Ptr<ns3::LteHelper> m_lte;
    ns3::Ptr<ns3::PointToPointEpcHelper> m_epc;
    std::vector<BaseStation> m_bs;
    std::vector<int> m_bs_of_cell;
    std::vector<UserEquipment> m_ue;
    ns3::Ptr<ns3::Node> m_edge_node;
    ns3::Ipv4Address m_edge_address;
};

}  // namespace physical

#endif
