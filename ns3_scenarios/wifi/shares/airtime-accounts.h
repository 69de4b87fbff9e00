// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_AIRTIME_ACCOUNTS_H
#define PHYSICAL_AIRTIME_ACCOUNTS_H

#include "ns3/nstime.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

namespace physical {

/**
 * Who of an access point's stations has had how much airtime, and who is furthest behind its share
 * (start-time fair queueing, Goyal et al. 1997, with the airtime of each transmission as its
 * length).
 *
 * In quota mode who has had its part of the time waits, whoever else is idle.
 */
class AirtimeAccounts {
  public:
    enum class Mode { WORK_CONSERVING, QUOTA };

    /// Whose turn it is.
    struct Choice {
        std::optional<std::uint32_t> ue;
        std::optional<ns3::Time> wait;  ///< if nobody's now, but somebody's then
    };

    explicit AirtimeAccounts(Mode mode) : m_mode(mode) {}

    void Add(std::uint32_t ue);
    void Remove(std::uint32_t ue) { m_members.erase(ue); }
    bool Has(std::uint32_t ue) const { return m_members.contains(ue); }

    /// @param share of all airtime, in quota mode; weight beside the others, else; 0: none
    void SetShare(std::uint32_t ue, double share);
    double Share(std::uint32_t ue) const { return m_members.at(ue).share; }

    /// What a turn takes.
    struct Cost {
        ns3::Time airtime;   ///< by which the members' turns are ordered
        ns3::Time occupied;  ///< of the channel, by which their quotas are used up
    };
    void Charge(std::uint32_t ue, const Cost& cost);
    /// @param cost that it was charged with, also under another share, of a turn that it does not
    /// have
    void Refund(std::uint32_t ue, const Cost& cost);
    /// How long the member has to wait for its next part of the time; 0 in work-conserving mode.
    ns3::Time Wait(std::uint32_t ue);

    /// @param has_data of a member
    /// @return the member with data and a share that is furthest behind
    Choice Next(const std::function<bool(std::uint32_t ue)>& has_data);
    /// The member's turn begins: who comes later is not further behind than it was.
    void Begin(std::uint32_t ue);

  private:
    struct Member {
        double share = 0;
        double virtual_s = 0;  ///< airtime over share
        double credit_s = 0;   ///< in quota mode; below 0: it has had more than its part
        ns3::Time credited;    ///< until when
    };

    static void Credit(Member& member);
    ns3::Time Wait(Member& member) const;
    /// Virtual time at which the member's next transmission starts.
    double StartS(const Member& member) const;

    Mode m_mode;
    std::map<std::uint32_t, Member> m_members;
    double m_virtual_s = 0;  ///< of whoever had the last turn
};

}  // namespace physical

#endif
