// SPDX-License-Identifier: GPL-2.0-only
#ifndef TWIN_ASSOCIATION_CONTROLLER_H
#define TWIN_ASSOCIATION_CONTROLLER_H

#include "lte-network.h"

#include "ns3/nstime.h"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace twin {

/// How the last association command of a user stands.
enum class HandoverState { NONE, PENDING, DONE, REFUSED, FAILED };

/// One command from the agent, from its arrival to its outcome.
struct HandoverCommand {
    HandoverState state = HandoverState::NONE;
    int from_bs = -1;
    int to_bs = -1;
    double commanded_s = NAN;
    double started_s = NAN;  ///< the user left the source cell
    double ended_s = NAN;
    std::string reason = {};  ///< why it was refused or failed
};

/**
 * Turns association commands into X2 handovers and follows each to its outcome.
 *
 * ns-3 aborts on a handover request in the wrong state, so every command is checked first; one that
 * cannot be started is refused with its reason. Outcomes come from the RRC's own trace sources.
 */
class AssociationController {
  public:
    using Ended = std::function<void(std::uint32_t ue, const HandoverCommand& command)>;
    using LinkRestored = std::function<void(std::uint32_t ue)>;

    /// @param ended called once per command, with its outcome
    /// @param link_restored called when a user is connected (again), also after a handover
    AssociationController(LteNetwork& network, Ended ended, LinkRestored link_restored);

    /// Ask for @p ue to be served by base station @p bs. Its present one: nothing to do.
    void Command(std::uint32_t ue, int bs);

    const HandoverCommand& Last(std::uint32_t ue) const { return m_commands[ue]; }
    /// The base station that served the user last, also while it is not connected.
    int LastServingBs(std::uint32_t ue) const { return m_last_serving_bs[ue]; }

  private:
    void WatchBaseStation(ns3::Ptr<ns3::LteEnbRrc> rrc);
    void WatchUser(std::uint32_t ue);
    /// A base station has dropped this RNTI: release the user that still believes to have it.
    void ReleaseIfForgotten(std::uint16_t cell, std::uint16_t rnti);
    /// @return why a handover cannot start now, or nothing
    std::string FindObstacle(std::uint32_t ue, int source) const;
    void Restored(std::uint32_t ue, std::uint16_t cell);
    void FailIfPending(std::uint32_t ue, const std::string& reason);
    void End(std::uint32_t ue, HandoverState state, const std::string& reason);
    std::uint32_t UeOfImsi(std::uint64_t imsi) const;

    LteNetwork& m_network;
    Ended m_ended;
    LinkRestored m_link_restored;
    std::vector<HandoverCommand> m_commands;  ///< the last of each user
    std::vector<int> m_last_serving_bs;
};

}  // namespace twin

#endif
