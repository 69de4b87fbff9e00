// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRIGGER_SCHEDULER_H
#define PHYSICAL_TRIGGER_SCHEDULER_H

#include "shares/airtime-accounts.h"
#include "shares/airtime-turn.h"
#include "shares/trigger-plan.h"

#include "ns3/event-id.h"
#include "ns3/mac48-address.h"
#include "ns3/multi-user-scheduler.h"
#include "ns3/sta-wifi-mac.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace physical {

/**
 * Divides the uplink of one access point by weights of airtime with trigger frames (IEEE
 * 802.11ax-2021, 26.5.2): it asks the stations that are furthest behind their shares for their
 * data, each for a resource unit.
 *
 * What a station has it says with each of its frames (queue size, 9.2.4.5.6). Who has said that it
 * has nothing contends for the channel when data come, as MU EDCA has it after its timer (26.2.7);
 * who has something keeps quiet until it is asked.
 *
 * ns-3's own scheduler keeps lists of stations that are struck off only if their disassociation is
 * heard; here whoever leaves is struck off at once.
 */
class TriggerScheduler : public ns3::MultiUserScheduler {
  public:
    /// How the station would send to the access point: modulation and streams.
    using TxVectorOf = std::function<ns3::WifiTxVector(std::uint32_t ue)>;

    static ns3::TypeId GetTypeId();
    TriggerScheduler();

    /// Whom to ask, and for what.
    struct Rules {
        AirtimeAccounts::Mode mode;
        std::size_t most_stations;     ///< that are asked at once
        std::uint32_t missed_beacons;  ///< by which a station takes its access point for lost
        TxVectorOf tx_vector_of;
    };

    /// To be called once, before stations come.
    void Configure(const Rules& rules);

    void Add(std::uint32_t ue, ns3::Ptr<ns3::StaWifiMac> station, const AirtimeTurn& turn);
    void Remove(std::uint32_t ue);
    /// @param share of all airtime, in quota mode; weight beside the others, else; 0: its data wait
    void SetShare(std::uint32_t ue, double share);

    /// Until when the station may answer what it was asked, also if it was removed since.
    ns3::Time AnswersUntil(const ns3::Mac48Address& station) const;

    /// The station has heard a beacon.
    void OnBeacon(std::uint32_t ue);
    /// The station sends data without being asked, so long.
    void OnTransmission(std::uint32_t ue, ns3::Time duration);
    /// The access point has received frames of the station, which says with each what its queue
    /// has, these included. @param queue_units of 256 bytes, rounded up
    void OnReceived(std::uint32_t ue, std::uint32_t queue_units, std::uint32_t frame_bytes);

  private:
    struct Member {
        ns3::Ptr<ns3::StaWifiMac> station;
        AirtimeTurn turn;

        ns3::Mac48Address Address() const { return station->GetAddress(); }
        bool is_free = false;     ///< may contend
        std::uint32_t bytes = 0;  ///< that it has, as far as the access point knows
        ns3::Time reported{};     ///< when it said so last
        int silent = 0;           ///< questions in a row that it did not answer
        ns3::Time beacon{};       ///< when it heard one last
    };

    void DoDispose() override;
    TxFormat SelectTxFormat() override;
    DlMuInfo ComputeDlMuInfo() override;
    UlMuInfo ComputeUlMuInfo() override;

    /// Whether the station has data that it can be asked for.
    bool IsWaiting(const Member& member) const;
    bool CanAnswer(const Member& member) const;
    std::vector<Asked> Choose();
    Asked Describe(std::uint32_t ue) const;
    UlMuInfo MakeTrigger(TriggerPlan& plan) const;
    void ChargeAndAdmit(const TriggerPlan& plan, const UlMuInfo& trigger);
    /// Who has not answered does not pay, and after a while contends again.
    void EndExchange(const std::vector<Asked>& stations,
                     ns3::Time asked,
                     const AirtimeAccounts::Cost& cost);
    void Admit(const std::vector<Asked>& stations);
    void CloseUnlessFree(const std::vector<Asked>& stations);

    /// Who may contend, and whether the access point wants the channel.
    void Update();
    void UpdateLater(ns3::Time wait);
    void RequestAccess();

    Rules m_rules;
    std::optional<AirtimeAccounts> m_accounts;
    std::map<std::uint32_t, Member> m_members;
    bool m_had_turn = false;  ///< the uplink, last
    std::optional<UlMuInfo> m_next;
    std::set<ns3::Mac48Address> m_asked;  ///< by the last trigger frame
    ns3::Time m_exchange_end;             ///< of what it has begun
    ns3::EventId m_update;
};

}  // namespace physical

#endif
