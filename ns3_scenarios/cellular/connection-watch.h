// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CONNECTION_WATCH_H
#define PHYSICAL_CONNECTION_WATCH_H

#include "lte-network.h"
#include "observation/connection-fields.h"
#include "outage.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace physical {

/// Why a user lost its connection.
enum class LossReason { NONE, RADIO_LINK_FAILURE, HANDOVER_FAILURE, RELEASED, CONTEXT_LOST };

/// What a user of LTE calls the states of its connection and the reasons of its loss.
extern const ConnectionTerms LTE_CONNECTION_TERMS;

/**
 * Who is connected to which base station, from the trace sources of the users' RRC: losses,
 * re-attachments, and the recovery that ns-3 lacks.
 *
 * With real RRC messages a user may miss that its cell has given it up. It would go on to send its
 * sounding signal in a place that soon belongs to another user, on which ns-3 aborts; a real one
 * would notice radio link failure. So it is told, and searches for a cell like after such a
 * failure.
 */
class ConnectionWatch {
  public:
    struct Listener {
        /// The user has lost its connection and searches for a cell.
        std::function<void(std::uint32_t ue, LossReason reason)> lost;
        /// The user has a connection (again), or has arrived in another cell.
        std::function<void(std::uint32_t ue)> arrived;
        /// The user is back after an outage.
        std::function<void(std::uint32_t ue, const Outage& outage)> outage_ended;
    };

    /// @param can_release whether the MAC schedulers can do without a user in the middle of HARQ;
    /// ns-3's own abort on it
    ConnectionWatch(const LteNetwork& network, bool can_release, Listener listener);

    /// The base station that served the user last, also while it is not connected; -1: none yet.
    int LastServingBs(std::uint32_t ue) const { return m_users[ue].last_serving_bs; }
    /// The user has come or is away from now on. What it loses while it is away is not counted. If
    /// releases are possible, its cell gives it up when it goes, with all that waits there and at
    /// the user, and when it comes where another cell is the strongest: it then attaches to that
    /// one. If not, it stays attached in silence.
    void SetPresent(std::uint32_t ue, bool present);
    bool IsPresent(std::uint32_t ue) const { return m_users[ue].present; }

    /// Index into the states of LTE_CONNECTION_TERMS.
    int State(std::uint32_t ue) const;
    /// How often the user has lost its connection.
    int Losses(std::uint32_t ue) const { return m_users[ue].losses; }
    /// Whether the user had a connection and has none now.
    bool IsLost(std::uint32_t ue) const { return m_users[ue].outage.IsOpen(); }
    /// The outage under way; only if IsLost().
    const Outage& CurrentOutage(std::uint32_t ue) const { return m_users[ue].outage; }

  private:
    struct User {
        int last_serving_bs = -1;
        int losses = 0;
        LossReason cause = LossReason::NONE;  ///< of the loss that is about to be seen
        Outage outage;                        ///< under way if its lost_s is known
        bool connected = false;
        bool present = true;
        bool shall_release = false;  ///< as soon as it can
        bool given_up = false;       ///< by us: the loss that is about to be seen is none
    };

    void WatchUser(std::uint32_t ue);
    void WatchReleases(ns3::Ptr<ns3::LteEnbRrc> rrc);
    /// A base station has dropped this RNTI: release the user that still believes to have it.
    void ReleaseIfForgotten(std::uint16_t cell, std::uint16_t rnti);
    /// Let the cell give the user up, if neither is busy with anything else; else later.
    void TryRelease(std::uint32_t ue);
    void Lose(std::uint32_t ue);
    void Arrive(std::uint32_t ue, std::uint16_t cell);

    const LteNetwork& m_network;
    bool m_can_release;
    Listener m_listener;
    std::vector<User> m_users;
};

}  // namespace physical

#endif
