// SPDX-License-Identifier: GPL-2.0-only
#include "shares/airtime-scheduler.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <limits>

namespace physical {

using ns3::MicroSeconds;
using ns3::Simulator;

namespace {

/// What a transmission takes beside itself: AIFS and half a contention window before, SIFS and a
/// block ack after (IEEE 802.11-2020, 10.23.2; 43 + 67 + 16 + 44 µs).
const ns3::Time OVERHEAD = MicroSeconds(170);
/// The others hear so soon that the channel is busy: the turn is not given before, or two would
/// send at once (propagation, and aCCATime of 4 µs).
const ns3::Time HEARD_AFTER = MicroSeconds(20);
/// Who has had the turn for so long without sending, e.g. because it waits for a block ack
/// agreement, gives it to the next.
const ns3::Time LONGEST_SILENCE = ns3::MilliSeconds(10);
/// Who has nothing to send for a moment, while it waits for acknowledgements of its transfers,
/// keeps so much of its part.
constexpr double MOST_CREDIT_S = 0.02;
constexpr double LEAST_SHARE = 1e-6;
/// In quota mode who has hardly any share may have to wait for years, more than ns-3 can count.
constexpr double LONGEST_WAIT_S = 1;

}  // namespace

void AirtimeScheduler::Add(std::uint32_t ue, const AirtimeTurn& turn) {
    turn.Close();
    m_members.insert_or_assign(
        ue, Member{.turn = turn, .virtual_s = m_virtual_s, .credited = Simulator::Now()});
}

void AirtimeScheduler::Remove(std::uint32_t ue) {
    m_members.erase(ue);
    if (m_current == ue) {
        m_current.reset();
        m_stalled.Cancel();
        ChooseLater(ns3::Time(0));
    }
}

void AirtimeScheduler::SetShare(std::uint32_t ue, double share) {
    const auto member = m_members.find(ue);
    if (member == m_members.end() || member->second.share == share) {
        return;
    }
    Credit(member->second);
    member->second.share = share;
    if (!m_current || m_current == ue) {
        ChooseLater(ns3::Time(0));
    }
}

void AirtimeScheduler::OnData(std::uint32_t ue) {
    if (!m_current && m_members.contains(ue)) {
        ChooseLater(ns3::Time(0));
    }
}

void AirtimeScheduler::OnTransmission(std::uint32_t ue, ns3::Time duration) {
    const auto member = m_members.find(ue);
    if (member == m_members.end()) {
        return;
    }
    Charge(member->second, duration + OVERHEAD);
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
    Charge(m_members.at(*m_current), LONGEST_SILENCE);
    EndTurn();
    Choose();
}

void AirtimeScheduler::EndTurn() {
    m_stalled.Cancel();
    if (m_current) {
        m_members.at(*m_current).turn.Close();
        m_current.reset();
    }
}

void AirtimeScheduler::Charge(Member& member, ns3::Time airtime) const {
    Credit(member);
    member.virtual_s = StartS(member) + airtime.GetSeconds() / std::max(member.share, LEAST_SHARE);
    member.credit_s -= airtime.GetSeconds();
}

void AirtimeScheduler::Credit(Member& member) const {
    const double elapsed_s = (Simulator::Now() - member.credited).GetSeconds();
    member.credit_s = std::min(MOST_CREDIT_S, member.credit_s + member.share * elapsed_s);
    member.credited = Simulator::Now();
}

double AirtimeScheduler::StartS(const Member& member) const {
    double shares = 0;
    for (const auto& [ue, other] : m_members) {
        shares += other.share;
    }
    return std::max(member.virtual_s, m_virtual_s - MOST_CREDIT_S / std::max(shares, LEAST_SHARE));
}

void AirtimeScheduler::Choose() {
    EndTurn();
    double least_s = std::numeric_limits<double>::infinity();
    double wait_s = std::numeric_limits<double>::infinity();
    for (auto& [ue, member] : m_members) {
        Credit(member);
        if (member.share <= 0 || !member.turn.HasData()) {
            continue;
        }
        if (m_mode == Mode::QUOTA && member.credit_s < 0) {
            wait_s = std::min(wait_s, -member.credit_s / member.share);
        } else if (StartS(member) < least_s) {
            least_s = StartS(member);
            m_current = ue;
        }
    }
    if (m_current) {
        m_members.at(*m_current).turn.Open();
        m_virtual_s = std::max(m_virtual_s, least_s);
        m_stalled = Simulator::Schedule(LONGEST_SILENCE, [this] { OnStalled(); });
    } else if (wait_s < std::numeric_limits<double>::infinity()) {
        ChooseLater(ns3::Seconds(std::min(wait_s, LONGEST_WAIT_S)) + MicroSeconds(1));
    }
}

void AirtimeScheduler::ChooseLater(ns3::Time wait) {
    if (!m_choose.IsPending() || Simulator::GetDelayLeft(m_choose) > wait) {
        m_choose.Cancel();
        m_choose = Simulator::Schedule(wait, [this] { Choose(); });
    }
}

}  // namespace physical
