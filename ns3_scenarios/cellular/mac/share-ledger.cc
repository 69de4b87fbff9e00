// SPDX-License-Identifier: GPL-2.0-only
#include "share-ledger.h"

#include <algorithm>
#include <cmath>

namespace physical {

namespace {

/// Credit is kept for as many TTIs as one HARQ round trip takes.
constexpr double CREDIT_TTIS = 8;
/// A quota must be able to save up for the smallest grant that carries data, however small it is.
constexpr double SMALLEST_DEPTH_RB = 10;

}  // namespace

void ShareLedger::AddUser(std::uint16_t rnti, double weight) {
    m_accounts.try_emplace(rnti, Account{weight, 0});
}

bool ShareLedger::SetWeight(std::uint16_t rnti, double weight) {
    const auto account = m_accounts.find(rnti);
    if (account == m_accounts.end()) {
        return false;
    }
    account->second.weight = std::isfinite(weight) ? std::max(weight, 0.0) : 0;
    if (account->second.weight == 0) {
        account->second.credit_rb = 0;
    }
    return true;
}

double ShareLedger::Weight(std::uint16_t rnti) const {
    const auto account = m_accounts.find(rnti);
    return account == m_accounts.end() ? 0 : account->second.weight;
}

void ShareLedger::BeginTti() {
    if (m_mode != ShareMode::QUOTA) {
        return;
    }
    double sum = 0;
    for (const auto& [rnti, account] : m_accounts) {
        sum += account.weight;
    }
    for (auto& [rnti, account] : m_accounts) {
        if (account.weight > 0) {
            const double quota_rb = m_band_rb * account.weight / std::max(1.0, sum);
            const double depth_rb = std::max(SMALLEST_DEPTH_RB, CREDIT_TTIS * quota_rb);
            account.credit_rb = std::min(account.credit_rb + quota_rb, depth_rb);
        }
    }
}

std::vector<double> ShareLedger::OwedRb(const std::vector<ShareClaim>& claims,
                                        std::uint32_t free_rb) const {
    std::vector<double> owed_rb(claims.size(), 0);
    if (m_mode == ShareMode::WORK_CONSERVING) {
        std::vector<double> cap_rb(claims.size());
        std::transform(claims.begin(), claims.end(), cap_rb.begin(),
                       [](const ShareClaim& claim) { return claim.wanted_rb; });
        owed_rb = Divide(claims, cap_rb, free_rb);
    }
    for (std::size_t i = 0; i < claims.size(); ++i) {
        if (const auto account = m_accounts.find(claims[i].rnti); account != m_accounts.end()) {
            owed_rb[i] += account->second.credit_rb;
        }
    }
    return owed_rb;
}

void ShareLedger::Settle(const std::vector<ShareClaim>& claims) {
    const double bound_rb = CREDIT_TTIS * m_band_rb;
    std::vector<double> due_rb(claims.size(), 0);
    if (m_mode == ShareMode::WORK_CONSERVING) {
        // A user that got all it wanted has no claim to more than it used, and one whose credit is
        // at its bound leaves the rest to the others.
        std::vector<double> cap_rb(claims.size(), 0);
        double total_rb = 0;
        for (std::size_t i = 0; i < claims.size(); ++i) {
            const auto account = m_accounts.find(claims[i].rnti);
            if (account != m_accounts.end() && account->second.weight > 0) {
                const double used_rb = claims[i].used_rb;
                const bool satisfied = claims[i].used_rb >= claims[i].wanted_rb;
                cap_rb[i] = satisfied ? used_rb : used_rb + bound_rb - account->second.credit_rb;
                total_rb += used_rb;
            }
        }
        due_rb = Divide(claims, cap_rb, total_rb);
    }
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const auto account = m_accounts.find(claims[i].rnti);
        if (account != m_accounts.end() && account->second.weight > 0) {
            double& credit_rb = account->second.credit_rb;
            credit_rb = std::clamp(credit_rb + due_rb[i] - claims[i].used_rb, -bound_rb, bound_rb);
        }
    }
}

std::vector<double> ShareLedger::Divide(const std::vector<ShareClaim>& claims,
                                        const std::vector<double>& cap_rb,
                                        double total_rb) const {
    std::vector<double> part_rb(claims.size(), 0);
    struct Open {
        std::size_t claim;
        double weight;
        double remaining_weight;  // of this one and of those after it
    };
    std::vector<Open> open;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        if (const double weight = Weight(claims[i].rnti); weight > 0) {
            open.push_back({i, weight, weight});
        }
    }
    // Water-filling: those with the smallest cap per weight reach it first.
    std::sort(open.begin(), open.end(), [&](const Open& a, const Open& b) {
        return cap_rb[a.claim] / a.weight < cap_rb[b.claim] / b.weight;
    });
    for (std::size_t k = open.size(); k-- > 1;) {
        open[k - 1].remaining_weight += open[k].remaining_weight;
    }
    for (const Open& next : open) {
        part_rb[next.claim] =
            std::min(cap_rb[next.claim], total_rb * next.weight / next.remaining_weight);
        total_rb -= part_rb[next.claim];
    }
    return part_rb;
}

}  // namespace physical
