// SPDX-License-Identifier: GPL-2.0-only
#include "shares/airtime-accounts.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <limits>

namespace physical {

using ns3::Simulator;

namespace {

/// Who has nothing to send for a moment, while it waits for acknowledgements of its transfers,
/// keeps so much of its part.
constexpr double MOST_CREDIT_S = 0.02;
/// Airtime that a member has had ahead of its turn and has to wait for, at most: some turns. Who
/// sends without having been given a turn could else be left out for as long as it did so.
constexpr double MOST_DEBT_S = 0.02;
constexpr double LEAST_SHARE = 1e-6;
/// In quota mode who has hardly any share may have to wait for years, more than ns-3 can count.
constexpr double LONGEST_WAIT_S = 1;

double Divisor(double share) {
    return std::max(share, LEAST_SHARE);
}

}  // namespace

void AirtimeAccounts::Add(std::uint32_t ue) {
    m_members.insert_or_assign(ue, Member{.virtual_s = m_virtual_s, .credited = Simulator::Now()});
}

void AirtimeAccounts::SetShare(std::uint32_t ue, double share) {
    Member& member = m_members.at(ue);
    Credit(member);
    // What it is ahead by is airtime, and stays so.
    member.virtual_s =
        m_virtual_s + (member.virtual_s - m_virtual_s) * Divisor(member.share) / Divisor(share);
    member.share = share;
}

void AirtimeAccounts::Charge(std::uint32_t ue, const Cost& cost) {
    Member& member = m_members.at(ue);
    Credit(member);
    member.virtual_s = StartS(member) + cost.airtime.GetSeconds() / Divisor(member.share);
    member.credit_s -= cost.occupied.GetSeconds();
}

void AirtimeAccounts::Refund(std::uint32_t ue, const Cost& cost) {
    Member& member = m_members.at(ue);
    member.virtual_s -= cost.airtime.GetSeconds() / Divisor(member.share);
    member.credit_s += cost.occupied.GetSeconds();
}

void AirtimeAccounts::Credit(Member& member) {
    const double elapsed_s = (Simulator::Now() - member.credited).GetSeconds();
    member.credit_s = std::min(MOST_CREDIT_S, member.credit_s + member.share * elapsed_s);
    member.credited = Simulator::Now();
}

double AirtimeAccounts::StartS(const Member& member) const {
    double shares = 0;
    for (const auto& [ue, other] : m_members) {
        shares += other.share;
    }
    return std::clamp(member.virtual_s, m_virtual_s - MOST_CREDIT_S / Divisor(shares),
                      m_virtual_s + MOST_DEBT_S / Divisor(member.share));
}

ns3::Time AirtimeAccounts::Wait(std::uint32_t ue) {
    return Wait(m_members.at(ue));
}

ns3::Time AirtimeAccounts::Wait(Member& member) const {
    Credit(member);
    if (m_mode == Mode::WORK_CONSERVING || member.credit_s >= 0) {
        return {};
    }
    const double wait_s = -member.credit_s / Divisor(member.share);
    return ns3::Seconds(std::min(wait_s, LONGEST_WAIT_S)) + ns3::MicroSeconds(1);
}

AirtimeAccounts::Choice AirtimeAccounts::Next(
    const std::function<bool(std::uint32_t ue)>& has_data) {
    Choice choice;
    double least_s = std::numeric_limits<double>::infinity();
    for (auto& [ue, member] : m_members) {
        const ns3::Time wait = Wait(member);
        if (member.share <= 0 || !has_data(ue)) {
            continue;
        }
        if (wait.IsStrictlyPositive()) {
            choice.wait = std::min(choice.wait.value_or(wait), wait);
        } else if (StartS(member) < least_s) {
            least_s = StartS(member);
            choice.ue = ue;
        }
    }
    if (choice.ue) {
        choice.wait.reset();
    }
    return choice;
}

void AirtimeAccounts::Begin(std::uint32_t ue) {
    m_virtual_s = std::max(m_virtual_s, StartS(m_members.at(ue)));
}

}  // namespace physical
