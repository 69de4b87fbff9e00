// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ACCESS_NETWORK_H
#define PHYSICAL_ACCESS_NETWORK_H

#include "area.h"
#include "cell-layout.h"
#include "layout-settings.h"
#include "schema.h"
#include "settings.h"

#include "ns3/ipv4-address.h"
#include "ns3/mobility-model.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace physical {

/// For whom and where an access network is built.
struct AccessPlan {
    std::uint32_t n_ue;
    LayoutSettings layout;
    std::vector<CellPlace> stations;  ///< [n_bs]
    Area area;                        ///< in which users move
    double attach_span_s;             ///< all users shall have attached by then
    /// Makes the movement of a user, to be aggregated to its node and initialised: call it once for
    /// each, in their order.
    std::function<ns3::Ptr<ns3::MobilityModel>(std::uint32_t ue)> make_movement;
};

/**
 * The radio between moving users and the edge: it attaches users to base stations, hands them over
 * when told to, divides the band of each station as told, and carries IP both ways.
 *
 * It knows no task and no server: EdgeScenario does. Derive from it for another radio; the
 * functions stand in the order in which they are called. A user is an index below n_ue, a base
 * station (an access point) one below n_bs. Whatever the radio does by itself is told by trace
 * sources:
 *
 * - `Arrived`: a user has a link (again), or has it at another base station from now on;
 * - `Lost`: a user has lost its link, not by a handover that goes as it shall;
 * - `OutageEnded`: a lost user has a link again; fired before `Arrived`.
 */
class AccessNetwork : public ns3::Object {
  public:
    static ns3::TypeId GetTypeId();

    /// Whether base stations can have sector antennas, and so the settings `layout.sector…`.
    virtual bool HasSectors() const { return false; }
    /// Declare the settings of the radio, beside those of EdgeScenario.
    virtual void DeclareSettings(Settings& settings) = 0;
    /// Set ns-3 attribute defaults; the user's `--ns3::…` come after and win.
    virtual void SetNs3Defaults(std::uint32_t n_ue);
    /// @throws SettingError if settings contradict each other
    virtual void CheckSettings() const {}
    /// @return why the agent cannot divide the band under these settings; empty: it can
    virtual std::string WhyNoShares() const { return {}; }
    /// Name the radio (Schema::DescribeRadio) and declare what is observed of it; AssociationFields
    /// are part of that.
    virtual void DeclareFields(Schema& schema, std::uint32_t n_ue, std::uint32_t n_bs) = 0;

    /// Build the network. Simulation time is 0.
    virtual void Build(const AccessPlan& plan) = 0;
    /// The user's node; its address is the first one of interface 1.
    virtual ns3::Ptr<ns3::Node> UserNode(std::uint32_t ue) const = 0;
    /// A host with IP that users reach through any base station, in no time beyond the radio's.
    virtual ns3::Ptr<ns3::Node> EdgeNode() const = 0;
    virtual ns3::Ipv4Address EdgeAddress() const = 0;

    /// The base station that served the user last, also while none does; -1: none yet.
    virtual int LastServingBs(std::uint32_t ue) const = 0;
    /// Fill the fields at the start of a slot.
    virtual void Observe() = 0;
    /// The agent's command: @p bs shall serve the user. Where it does or will already: no command.
    virtual void Associate(std::uint32_t ue, int bs) = 0;
    /// Such a command came for a user that is away: note that it is refused.
    virtual void RefuseAbsent(std::uint32_t ue, int bs) = 0;
    /// The user has come, or is away from now on: it has no data and no share then, and none of its
    /// fields that can be missing is observed. Before Observe(), at the start of a slot; also
    /// before the first one.
    virtual void SetPresent(std::uint32_t ue, bool present);
    /// The user's weight in the band of its base station, from now on; only if WhyNoShares() is
    /// empty. Comes at every slot and after every arrival.
    virtual void SetShare(std::uint32_t ue, double share);
    /// The run number has changed: draw from now on as it says.
    virtual void AssignStreams() = 0;
    /// @return why a fork of the simulator would do harm, e.g. files are written; empty: it would
    /// not
    virtual std::string WhyNoBranches() const { return {}; }
    /// The run ends: append what is still open to the tables.
    virtual void Finish() {}

    using PlaceCallback = void (*)(std::uint32_t ue, std::uint32_t bs);
    using OutageCallback = void (*)(std::uint32_t ue, ns3::Time outage);

  protected:
    ns3::TracedCallback<std::uint32_t, std::uint32_t> m_arrived;
    ns3::TracedCallback<std::uint32_t, std::uint32_t> m_lost;
    ns3::TracedCallback<std::uint32_t, ns3::Time> m_outage_ended;
};

}  // namespace physical

#endif
