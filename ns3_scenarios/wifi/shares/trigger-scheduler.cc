// SPDX-License-Identifier: GPL-2.0-only
#include "shares/trigger-scheduler.h"

#include "data-tids.h"
#include "ppdu-part.h"
#include "shares/turn-cost.h"

#include "ns3/channel-access-manager.h"
#include "ns3/he-configuration.h"
#include "ns3/he-frame-exchange-manager.h"
#include "ns3/he-phy.h"
#include "ns3/qos-txop.h"
#include "ns3/simulator.h"
#include "ns3/wifi-phy.h"

#include <algorithm>
#include <utility>

namespace physical {

using ns3::MicroSeconds;
using ns3::Simulator;

NS_OBJECT_ENSURE_REGISTERED(TriggerScheduler);

namespace {

/// The access point asks for the channel once more, where it has not got it yet or has sent its own
/// data.
const ns3::Time RETRY = MicroSeconds(200);
/// After the end of the trigger frame at the access point it has ended at the stations, too.
const ns3::Time HEARD_AFTER = MicroSeconds(2);
/// What the accounts take for granted until the units are divided.
const AirtimeAccounts::Cost EXPECTED{ns3::MilliSeconds(1), ns3::MilliSeconds(1)};
/// Who has not answered so often in a row, e.g. because it has no block ack agreement or another
/// network's frames keep it quiet, contends for the channel until it is heard again.
constexpr int MOST_SILENT = 3;
constexpr std::uint32_t QUEUE_UNIT_BYTES = 256;  // IEEE 802.11-2020, 9.2.4.5.6

}  // namespace

ns3::TypeId TriggerScheduler::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::TriggerScheduler")
                                 .SetParent<ns3::MultiUserScheduler>()
                                 .AddConstructor<TriggerScheduler>();
    return tid;
}

TriggerScheduler::TriggerScheduler() = default;

void TriggerScheduler::Configure(const Rules& rules) {
    m_rules = rules;
    m_accounts.emplace(rules.mode);
}

void TriggerScheduler::DoDispose() {
    m_members.clear();
    m_rules.tx_vector_of = nullptr;
    MultiUserScheduler::DoDispose();
}

void TriggerScheduler::Add(std::uint32_t ue,
                           ns3::Ptr<ns3::StaWifiMac> station,
                           const AirtimeTurn& turn) {
    turn.Close();
    m_accounts->Add(ue);
    m_members.insert_or_assign(
        ue, Member{.station = std::move(station), .turn = turn, .beacon = Simulator::Now()});
}

void TriggerScheduler::Remove(std::uint32_t ue) {
    m_accounts->Remove(ue);
    m_members.erase(ue);
}

void TriggerScheduler::SetShare(std::uint32_t ue, double share) {
    if (!m_accounts->Has(ue) || m_accounts->Share(ue) == share) {
        return;
    }
    m_accounts->SetShare(ue, share);
    UpdateLater({});
}

ns3::Time TriggerScheduler::AnswersUntil(const ns3::Mac48Address& station) const {
    return m_asked.contains(station) ? m_exchange_end : Simulator::Now();
}

void TriggerScheduler::OnBeacon(std::uint32_t ue) {
    if (const auto found = m_members.find(ue); found != m_members.end()) {
        found->second.beacon = Simulator::Now();
    }
}

void TriggerScheduler::OnTransmission(std::uint32_t ue, ns3::Time duration) {
    if (m_accounts->Has(ue)) {
        m_accounts->Charge(ue, {duration, BEFORE_A_FRAME + duration + AFTER_A_FRAME});
        UpdateLater(duration + AFTER_A_FRAME);
    }
}

void TriggerScheduler::OnReceived(std::uint32_t ue,
                                  std::uint32_t queue_units,
                                  std::uint32_t frame_bytes) {
    const auto found = m_members.find(ue);
    if (found == m_members.end()) {
        return;
    }
    Member& member = found->second;
    if (member.reported != Simulator::Now()) {
        member.reported = Simulator::Now();
        member.silent = 0;
        UpdateLater(AFTER_A_FRAME);
        member.bytes = QUEUE_UNIT_BYTES * queue_units;
    }
    member.bytes -= std::min(member.bytes, frame_bytes);
}

bool TriggerScheduler::IsWaiting(const Member& member) const {
    if (member.bytes < QUEUE_UNIT_BYTES) {  // that may be nothing, rounded up
        return false;
    }
    if (!CanAnswer(member)) {
        return false;
    }
    // What is sent on demand is acknowledged by agreement.
    const auto agreed = [&](std::uint8_t tid) {
        return m_apMac->GetBaAgreementEstablishedAsRecipient(member.Address(), tid).has_value();
    };
    return std::any_of(DATA_TIDS.begin(), DATA_TIDS.end(), agreed);
}

bool TriggerScheduler::CanAnswer(const Member& member) const {
    // ns-3 aborts when a station takes its access point for lost while it answers, and when one is
    // asked whose AID is not what its access point takes it for: it had to ask for association
    // twice, and has that of the first answer.
    const ns3::Time lost_after = (m_rules.missed_beacons - 1) * m_apMac->GetBeaconInterval();
    return member.station->IsAssociated() && Simulator::Now() < member.beacon + lost_after &&
           member.station->GetAssociationId() == m_apMac->GetAssociationId(member.Address(), 0);
}

TriggerScheduler::TxFormat TriggerScheduler::SelectTxFormat() {
    if (m_edca->GetAccessCategory() != ns3::AC_BE || !m_initialFrame) {
        return SU_TX;
    }
    // With data of its own the access point sends and asks in turn.
    const bool asks = !m_had_turn || !m_edca->PeekNextMpdu(m_linkId);
    auto stations = asks ? Choose() : std::vector<Asked>{};
    m_had_turn = !stations.empty();
    if (stations.empty()) {
        return SU_TX;
    }
    const auto& he = *m_apMac->GetHeConfiguration();
    ns3::WifiTxVector vector;
    vector.SetPreambleType(m_apMac->GetEhtSupported() ? ns3::WIFI_PREAMBLE_EHT_TB
                                                      : ns3::WIFI_PREAMBLE_HE_TB);
    vector.SetChannelWidth(m_allowedWidth);
    vector.SetGuardInterval(he.GetGuardInterval());
    vector.SetBssColor(he.m_bssColor);
    if (m_apMac->GetEhtSupported()) {
        vector.SetEhtPpduType(0);
    }
    TriggerPlan plan = PlanTrigger(stations, vector, m_apMac->GetWifiPhy()->GetPhyBand());
    for (std::size_t i = plan.stations.size(); i < stations.size(); ++i) {
        m_accounts->Refund(stations[i].ue, EXPECTED);  // not this time
    }
    m_next = MakeTrigger(plan);
    ChargeAndAdmit(plan, *m_next);
    return UL_MU_TX;
}

std::vector<Asked> TriggerScheduler::Choose() {
    std::vector<Asked> stations;
    while (stations.size() < m_rules.most_stations) {
        const auto next =
            m_accounts->Next([this](std::uint32_t ue) { return IsWaiting(m_members.at(ue)); });
        const auto is_it = [&](const Asked& station) { return station.ue == next.ue; };
        if (!next.ue || std::any_of(stations.begin(), stations.end(), is_it)) {
            break;  // the rest are so far ahead that it would be the turn of the same once more
        }
        m_accounts->Begin(*next.ue);
        m_accounts->Charge(*next.ue, EXPECTED);
        stations.push_back(Describe(*next.ue));
    }
    return stations;
}

Asked TriggerScheduler::Describe(std::uint32_t ue) const {
    const Member& member = m_members.at(ue);
    const ns3::WifiTxVector own = m_rules.tx_vector_of(ue);
    const bool is_he = own.GetModulationClass() >= ns3::WIFI_MOD_CLASS_HE;
    return {.ue = ue,
            .aid = m_apMac->GetAssociationId(member.Address(), m_linkId),
            .mcs = is_he ? own.GetMode().GetMcsValue() : std::uint8_t{0},
            .streams = is_he ? own.GetNss() : std::uint8_t{1},
            .bytes = std::min(member.bytes, AMPDU_OF_A_TURN_BYTES)};
}

TriggerScheduler::UlMuInfo TriggerScheduler::MakeTrigger(TriggerPlan& plan) const {
    UlMuInfo info;
    info.trigger = ns3::CtrlTriggerHeader(ns3::TriggerFrameType::BASIC_TRIGGER, plan.vector);
    plan.vector.SetGuardInterval(info.trigger.GetGuardInterval());
    const auto [length, duration] = ns3::HePhy::ConvertHeTbPpduDurationToLSigLength(
        plan.duration, plan.vector, m_apMac->GetWifiPhy()->GetPhyBand());
    plan.duration = duration;
    info.trigger.SetUlLength(length);
    for (auto& station : info.trigger) {
        station.SetBasicTriggerDepUserInfo(0, 0, ns3::AC_BE);
    }
    const auto frame = GetTriggerFrame(info.trigger, m_linkId);
    info.macHdr = frame->GetHeader();
    info.txParams.m_txVector = GetWifiRemoteStationManager(m_linkId)->GetRtsTxVector(
        info.macHdr.GetAddr1(), m_allowedWidth);
    const bool fits = GetHeFem(m_linkId)->TryAddMpdu(frame, info.txParams, m_availableTime);
    NS_ABORT_MSG_UNLESS(fits, "best effort has a TXOP limit, which trigger frames do not keep");
    return info;
}

void TriggerScheduler::ChargeAndAdmit(const TriggerPlan& plan, const UlMuInfo& trigger) {
    const ns3::Time asking = *trigger.txParams.m_txDuration;
    const ns3::Time sifs = m_apMac->GetWifiPhy()->GetSifs();
    const ns3::Time answering = *trigger.txParams.m_acknowledgment->acknowledgmentTime;
    const ns3::Time exchange = asking + sifs + plan.duration + answering;
    const AirtimeAccounts::Cost cost{
        plan.duration * PartOfChannel(plan.vector, plan.stations.front().aid),
        (BEFORE_A_FRAME + exchange) * (1.0 / static_cast<double>(plan.stations.size()))};
    m_exchange_end = Simulator::Now() + exchange + HEARD_AFTER;
    m_asked.clear();
    for (const Asked& station : plan.stations) {
        m_asked.insert(m_members.at(station.ue).Address());
        m_accounts->Refund(station.ue, EXPECTED);
        m_accounts->Charge(station.ue, cost);
    }
    Simulator::Schedule(asking + HEARD_AFTER,
                        [this, stations = plan.stations] { Admit(stations); });
    Simulator::Schedule(asking + sifs + 2 * HEARD_AFTER,
                        [this, stations = plan.stations] { CloseUnlessFree(stations); });
    Simulator::Schedule(exchange + HEARD_AFTER,
                        [this, stations = plan.stations, asked = Simulator::Now(), cost] {
                            EndExchange(stations, asked, cost);
                        });
}

void TriggerScheduler::EndExchange(const std::vector<Asked>& stations,
                                   ns3::Time asked,
                                   const AirtimeAccounts::Cost& cost) {
    for (const Asked& station : stations) {
        const auto found = m_members.find(station.ue);
        if (found == m_members.end() || found->second.reported > asked) {
            continue;
        }
        Member& member = found->second;
        m_accounts->Refund(station.ue, cost);
        if (++member.silent == MOST_SILENT) {
            member.silent = 0;
            member.bytes = 0;
        }
    }
    UpdateLater({});
}

void TriggerScheduler::Admit(const std::vector<Asked>& stations) {
    for (const Asked& station : stations) {
        if (const auto found = m_members.find(station.ue); found != m_members.end()) {
            found->second.turn.Admit();
        }
    }
}

void TriggerScheduler::CloseUnlessFree(const std::vector<Asked>& stations) {
    for (const Asked& station : stations) {
        const auto found = m_members.find(station.ue);
        if (found != m_members.end() && !found->second.is_free) {
            found->second.turn.Close();
        }
    }
}

TriggerScheduler::DlMuInfo TriggerScheduler::ComputeDlMuInfo() {
    return {};  // the access point sends to one station at a time
}

TriggerScheduler::UlMuInfo TriggerScheduler::ComputeUlMuInfo() {
    return std::exchange(m_next, {}).value();
}

void TriggerScheduler::Update() {
    bool has_work = false;
    std::optional<ns3::Time> wait;
    for (auto& [ue, member] : m_members) {
        const bool has_share = m_accounts->Share(ue) > 0;
        const ns3::Time to_wait = m_accounts->Wait(ue);
        const bool may_send = has_share && to_wait.IsZero();
        const bool is_waiting = IsWaiting(member);
        const bool is_free = may_send && !is_waiting;
        if (is_free && !member.is_free) {
            member.turn.Open();
        } else if (!is_free && member.is_free) {
            member.turn.Close();
        }
        member.is_free = is_free;
        has_work = has_work || (may_send && is_waiting);
        if (has_share && !to_wait.IsZero()) {
            wait = std::min(wait.value_or(to_wait), to_wait);
        }
    }
    if (has_work) {
        RequestAccess();
        wait = RETRY;
    }
    if (wait) {
        UpdateLater(*wait);
    }
}

void TriggerScheduler::UpdateLater(ns3::Time wait) {
    if (!m_update.IsPending() || Simulator::GetDelayLeft(m_update) > wait) {
        m_update.Cancel();
        m_update = Simulator::Schedule(wait, [this] { Update(); });
    }
}

void TriggerScheduler::RequestAccess() {
    const auto edca = m_apMac->GetQosTxop(ns3::AC_BE);
    if (edca->GetAccessStatus(0) == ns3::Txop::NOT_REQUESTED) {
        m_apMac->GetChannelAccessManager(0)->RequestAccess(edca);
    }
}

}  // namespace physical
