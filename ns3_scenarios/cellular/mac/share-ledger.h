// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SHARE_LEDGER_H
#define PHYSICAL_SHARE_LEDGER_H

#include <cstdint>
#include <map>
#include <vector>

namespace physical {

/// What becomes of the share of a user without data.
enum class ShareMode {
    WORK_CONSERVING,  ///< it goes to those who have data, in proportion to their weights
    QUOTA,            ///< it stays idle; shares are w_i / max(1, Σ w)
};

/// One user's part in one transmission time interval (TTI).
struct ShareClaim {
    std::uint16_t rnti = 0;
    std::uint32_t wanted_rb = 0;  ///< with so many it would have no data left
    std::uint32_t used_rb = 0;    ///< known after the allocation
};

/**
 * Who is owed how many resource blocks (RBs) of one direction of a cell.
 *
 * Grants come in whole RBs, in groups of them and in minimum sizes, and retransmissions come when
 * they must: no TTI is divided as the weights say. Every user therefore has a credit, the RBs that
 * a fluid division of the past TTIs (generalised processor sharing; Parekh & Gallager, 1993) would
 * have given to it and that it has not had. The scheduler serves who is owed most, which makes the
 * shares exact over time. The credit is bounded, so that no past can block the cell for long.
 */
class ShareLedger {
  public:
    void SetMode(ShareMode mode) { m_mode = mode; }
    void SetBand(std::uint32_t band_rb) { m_band_rb = band_rb; }

    void AddUser(std::uint16_t rnti, double weight);
    void RemoveUser(std::uint16_t rnti) { m_accounts.erase(rnti); }
    /// @return whether the user is known; others are ignored
    bool SetWeight(std::uint16_t rnti, double weight);
    double Weight(std::uint16_t rnti) const;

    /// A TTI starts: in QUOTA mode every user is credited with its part of the band.
    void BeginTti();

    /// @param free_rb what can still be given away in this TTI
    /// @return per claim: how many RBs the user is owed now; negative: it has had too many
    std::vector<double> OwedRb(const std::vector<ShareClaim>& claims, std::uint32_t free_rb) const;

    /// Charge what was used, retransmissions and signalling included. Users of weight 0 have
    /// nothing to be charged to.
    void Settle(const std::vector<ShareClaim>& claims);

  private:
    struct Account {
        double weight = 1;
        double credit_rb = 0;
    };

    /// @return per claim: the fluid division of @p total_rb by weight, none above its cap
    std::vector<double> Divide(const std::vector<ShareClaim>& claims,
                               const std::vector<double>& cap_rb,
                               double total_rb) const;

    ShareMode m_mode = ShareMode::WORK_CONSERVING;
    std::uint32_t m_band_rb = 0;
    std::map<std::uint16_t, Account> m_accounts;
};

}  // namespace physical

#endif
