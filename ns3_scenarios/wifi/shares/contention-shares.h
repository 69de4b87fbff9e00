// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CONTENTION_SHARES_H
#define PHYSICAL_CONTENTION_SHARES_H

#include "shares/airtime-turn.h"
#include "shares/uplink-shares.h"
#include "wifi-network.h"

#include <optional>
#include <vector>

namespace physical {

/**
 * Shares by EDCA (IEEE 802.11-2020, 10.23.2): the smaller a station's share, the longer it waits on
 * average before it sends, by its contention window. How often stations send is then about as their
 * shares; how long depends on their rates, so this is not exact.
 */
class ContentionShares : public UplinkShares {
  public:
    explicit ContentionShares(const WifiNetwork& network);

    void OnServed(std::uint32_t ue, int bs) override;
    void Apply(std::uint32_t ue, double share) override;

  private:
    struct Member {
        int bs = -1;
        double share = 0;
        std::optional<AirtimeTurn> turn;  ///< only while it is served
    };

    /// Set the contention window of a station; every beacon sets it back.
    void SetWindow(std::uint32_t ue) const;
    void SetWindows(int bs) const;
    double LargestShare(int bs) const;

    const WifiNetwork& m_network;
    std::vector<Member> m_members;  ///< [n_ue]
};

}  // namespace physical

#endif
