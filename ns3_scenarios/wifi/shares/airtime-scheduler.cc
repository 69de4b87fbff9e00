// SPDX-License-Identifier: GPL-2.0-only
#include "shares/airtime-scheduler.h"

#include "shares/turn-cost.h"

#include "ns3/simulator.h"

namespace physical {

using ns3::MicroSeconds;
using ns3::Simulator;

namespace {

/// What a transmission takes beside itself.
const ns3::Time OVERHEAD = BEFORE_A_FRAME + AFTER_A_FRAME;
/// The others hear so soon that the channel is busy: the turn is not given before, or two would
/// send at once (propagation, and aCCATime of 4 µs).
const ns3::Time HEARD_AFTER = MicroSeconds(20);
/// Who has had the turn for so long without sending, e.g. because it waits for a block ack
/// agreement, gives it to the next.
const ns3::Time LONGEST_SILENCE = ns3::MilliSeconds(10);

}  // namespace

void AirtimeScheduler::Add(std::uint32_t ue, const AirtimeTurn& turn) {
    turn.Close();
    m_accounts.Add(ue);
    m_turns.insert_or_assign(ue, turn);
}

void AirtimeScheduler::Remove(std::uint32_t ue) {
    m_accounts.Remove(ue);
    m_turns.erase(ue);
    if (m_current == ue) {
        m_current.reset();
        m_stalled.Cancel();
        ChooseLater(ns3::Time(0));
    }
}

void AirtimeScheduler::SetShare(std::uint32_t ue, double share) {
    if (!m_accounts.Has(ue) || m_accounts.Share(ue) == share) {
        return;
    }
    m_accounts.SetShare(ue, share);
    if (!m_current || m_current == ue) {
        ChooseLater(ns3::Time(0));
    }
}

void AirtimeScheduler::OnData(std::uint32_t ue) {
    if (!m_current && m_accounts.Has(ue)) {
        ChooseLater(ns3::Time(0));
    }
}

void AirtimeScheduler::OnTransmission(std::uint32_t ue, ns3::Time duration) {
    if (!m_accounts.Has(ue)) {
        return;
    }
    m_accounts.Charge(ue, {duration + OVERHEAD, duration + OVERHEAD});
    EndTurn();
    m_choose.Cancel();
    ChooseLater(HEARD_AFTER);
    // Only then it is known which frames have not arrived.
    m_answered.Cancel();
    m_answered = Simulator::Schedule(duration + OVERHEAD, [this] {
        if (!m_current) {
            Choose();
        }
    });
}

void AirtimeScheduler::OnStalled() {
    m_accounts.Charge(*m_current, {LONGEST_SILENCE, LONGEST_SILENCE});
    EndTurn();
    Choose();
}

void AirtimeScheduler::EndTurn() {
    m_stalled.Cancel();
    if (m_current) {
        m_turns.at(*m_current).Close();
        m_current.reset();
    }
}

void AirtimeScheduler::Choose() {
    EndTurn();
    const auto choice =
        m_accounts.Next([this](std::uint32_t ue) { return m_turns.at(ue).HasData(); });
    m_current = choice.ue;
    if (m_current) {
        m_accounts.Begin(*m_current);
        m_turns.at(*m_current).Open();
        m_stalled = Simulator::Schedule(LONGEST_SILENCE, [this] { OnStalled(); });
    } else if (choice.wait) {
        ChooseLater(*choice.wait);
    }
}

void AirtimeScheduler::ChooseLater(ns3::Time wait) {
    if (!m_choose.IsPending() || Simulator::GetDelayLeft(m_choose) > wait) {
        m_choose.Cancel();
        m_choose = Simulator::Schedule(wait, [this] { Choose(); });
    }
}

}  // namespace physical
