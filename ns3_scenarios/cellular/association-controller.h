// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_ASSOCIATION_CONTROLLER_H
#define PHYSICAL_ASSOCIATION_CONTROLLER_H

#include "association-commands.h"
#include "connection-watch.h"
#include "lte-network.h"

#include <string>
#include <vector>

namespace physical {

/// Why a command was refused or has failed.
enum class HandoverReason {
    NONE,
    NOT_CONNECTED,
    USER_BUSY,
    UNKNOWN_TO_BASE_STATION,
    BASE_STATION_BUSY,
    REJECTED,
    NO_PREAMBLE,
    RANDOM_ACCESS,
    LEAVING_TIMEOUT,
    JOINING_TIMEOUT,
    RADIO_LINK_FAILURE,
    CONNECTION_LOST,
    ABSENT,
};

/// Their names, in that order.
extern const std::vector<std::string> HANDOVER_REASONS;

/**
 * Turns association commands into X2 handovers and follows each to its outcome.
 *
 * ns-3 aborts on a handover request in the wrong state, so every command is checked first. Outcomes
 * come from the trace sources of the base stations' RRC: a handover is done when the network has
 * switched the path, not when the user believes so.
 */
class AssociationController : public AssociationCommands {
  public:
    AssociationController(const LteNetwork& network, Ended ended);

    /// The user has lost its connection.
    void OnLost(std::uint32_t ue, LossReason reason);

  private:
    void WatchBaseStation(ns3::Ptr<ns3::LteEnbRrc> rrc);
    void WatchUser(std::uint32_t ue);
    void Fail(std::uint32_t ue, HandoverReason reason) {
        FailIfPending(ue, static_cast<int>(reason));
    }

    int ServingBs(std::uint32_t ue) const override { return m_network.ServingBs(ue); }
    Obstacle FindObstacle(std::uint32_t ue, int to_bs) const override;
    HandoverReason WhyNotNow(std::uint32_t ue) const;
    void Start(std::uint32_t ue, const HandoverCommand& command) override;
    /// At the next subframe.
    ns3::Time UntilNextTry() const override;

    const LteNetwork& m_network;
};

}  // namespace physical

#endif
