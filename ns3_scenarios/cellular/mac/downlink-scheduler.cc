// SPDX-License-Identifier: GPL-2.0-only
#include "downlink-scheduler.h"

#include "rb-groups.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace physical {

void DownlinkScheduler::Configure(ShareMode mode, bool harq_enabled, std::uint32_t cqi_valid_ttis) {
    m_mode = mode;
    m_harq_enabled = harq_enabled;
    m_cqi_valid_ttis = cqi_valid_ttis;
    m_ledger.SetMode(mode);
}

void DownlinkScheduler::SetBand(std::uint32_t band_rb) {
    m_rb_per_rbg = RbPerRbg(band_rb);
    m_rbgs = band_rb / m_rb_per_rbg;  // ns-3 leaves an incomplete last group unused
    m_ledger.SetBand(m_rbgs * m_rb_per_rbg);
}

void DownlinkScheduler::AddUser(std::uint16_t rnti, double weight) {
    m_users.try_emplace(rnti);
    m_ledger.AddUser(rnti, weight);
}

void DownlinkScheduler::RemoveUser(std::uint16_t rnti) {
    m_users.erase(rnti);
    m_ledger.RemoveUser(rnti);
    std::erase_if(m_repetitions, [rnti](const Repetition& due) { return due.rnti == rnti; });
}

void DownlinkScheduler::ConfigureBearer(std::uint16_t rnti, std::uint8_t lcid) {
    if (const auto user = m_users.find(rnti); user != m_users.end()) {
        user->second.queues.Configure(lcid);
    }
}

void DownlinkScheduler::ReleaseBearer(std::uint16_t rnti, std::uint8_t lcid) {
    if (const auto user = m_users.find(rnti); user != m_users.end()) {
        user->second.queues.Release(lcid);
    }
}

void DownlinkScheduler::OnBufferReport(const DownlinkQueues::Report& report) {
    if (const auto user = m_users.find(report.m_rnti); user != m_users.end()) {
        user->second.queues.Update(report);
    }
}

void DownlinkScheduler::OnCqi(const ns3::CqiListElement_s& report) {
    if (const auto user = m_users.find(report.m_rnti); user != m_users.end()) {
        user->second.quality.Update(report, m_tti);
    }
}

std::vector<ns3::BuildDataListElement_s> DownlinkScheduler::Schedule(
    std::vector<bool> busy,
    const std::vector<ns3::DlInfoListElement_s>& feedback,
    const std::function<std::uint8_t(std::uint16_t)>& power_command) {
    ++m_tti;
    busy.resize(m_rbgs, false);
    m_busy = std::move(busy);
    m_ledger.BeginTti();
    for (auto& [rnti, user] : m_users) {
        user.used_rb = 0;
        user.quality.Expire(m_tti, m_cqi_valid_ttis);
        user.harq.Tick();
    }
    Allocations allocations;
    if (m_harq_enabled) {
        TakeFeedback(feedback);
        Repeat(allocations);
    }
    std::vector<GrantRequest> requests = CollectRequests();
    SizeGrants(requests, FreeRbgs(), m_rb_per_rbg, m_mode);
    for (const GrantRequest& request : requests) {
        if (request.units > 0) {
            Allocate(request, power_command(request.rnti), allocations);
        }
    }
    SettleAccounts();
    return allocations;
}

void DownlinkScheduler::TakeFeedback(const std::vector<ns3::DlInfoListElement_s>& feedback) {
    for (const auto& info : feedback) {
        const auto user = m_users.find(info.m_rnti);
        if (user != m_users.end() && user->second.harq.OnFeedback(info)) {
            m_repetitions.push_back({info.m_rnti, info.m_harqProcessId});
        }
    }
}

void DownlinkScheduler::Repeat(Allocations& allocations) {
    std::deque<Repetition> postponed;
    for (const Repetition& due : m_repetitions) {
        User& user = m_users.at(due.rnti);
        const ns3::DlDciListElement_s* failed = user.harq.Awaiting(due.process);
        if (!failed) {
            continue;
        }
        const bool served = user.used_rb > 0;  // one block per user and TTI
        const std::uint32_t rbgs = served ? 0 : FindRepetitionRbgs(failed->m_rbBitmap);
        if (rbgs == 0) {
            postponed.push_back(due);
            continue;
        }
        Take(user, rbgs);
        ns3::BuildDataListElement_s allocation;
        allocation.m_rnti = due.rnti;
        allocation.m_dci = user.harq.Repeat(due.process, rbgs);
        // The MAC repeats the whole block once per element, whatever the element says.
        allocation.m_rlcPduList = {{{0, allocation.m_dci.m_tbsSize.front()}}};
        allocations.push_back(allocation);
    }
    m_repetitions = std::move(postponed);
}

std::uint32_t DownlinkScheduler::FindRepetitionRbgs(std::uint32_t wanted_bitmap) const {
    std::uint32_t free_bitmap = 0;
    for (std::uint32_t rbg = 0; rbg < m_rbgs; ++rbg) {
        free_bitmap |= m_busy[rbg] ? 0 : 1U << rbg;
    }
    if ((wanted_bitmap & free_bitmap) == wanted_bitmap) {
        return wanted_bitmap;
    }
    if (std::popcount(free_bitmap) < std::popcount(wanted_bitmap)) {
        return 0;
    }
    while (std::popcount(free_bitmap) > std::popcount(wanted_bitmap)) {
        free_bitmap &= free_bitmap - 1;  // drop the lowest
    }
    return free_bitmap;
}

bool DownlinkScheduler::CanTakeNewBlock(const User& user) const {
    return user.used_rb == 0 && (!m_harq_enabled || user.harq.FreeProcess());
}

std::vector<GrantRequest> DownlinkScheduler::CollectRequests() const {
    const std::uint32_t free_rbgs = FreeRbgs();
    std::vector<GrantRequest> requests;
    std::vector<ShareClaim> claims;
    for (const auto& [rnti, user] : m_users) {
        if (free_rbgs == 0 || user.queues.TotalBytes() == 0 || !CanTakeNewBlock(user)) {
            continue;
        }
        const std::vector<std::uint32_t> rbgs = ReachableRbgs(user);
        const bool has_data = m_ledger.Weight(rnti) > 0 && !rbgs.empty();
        const std::uint32_t signalling_bytes = user.queues.SignallingBytes();
        if (!has_data && signalling_bytes == 0) {
            continue;
        }
        const std::uint8_t mcs =
            m_link.DownlinkMcs(rbgs.empty() ? 0 : user.quality.Cqi(rbgs.back()));
        const auto units = [&](std::uint32_t bytes) {
            return m_link.DownlinkUnits(mcs, std::max(bytes, SMALLEST_BLOCK_BYTES), m_rb_per_rbg,
                                        m_rbgs);
        };
        GrantRequest request;
        request.rnti = rnti;
        request.weight = m_ledger.Weight(rnti);
        request.may_send_data = has_data;
        request.smallest_units = units(0);
        request.wanted_units = units(user.queues.TotalBytes());
        if (signalling_bytes > 0) {
            request.signalling_units = units(signalling_bytes);
        }
        requests.push_back(request);
        claims.push_back({rnti, has_data ? request.wanted_units * m_rb_per_rbg : 0, 0});
    }
    const std::vector<double> owed_rb = m_ledger.OwedRb(claims, free_rbgs * m_rb_per_rbg);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        requests[i].owed_rb = owed_rb[i];
    }
    return requests;
}

void DownlinkScheduler::Allocate(const GrantRequest& request,
                                 std::uint8_t power_command,
                                 Allocations& allocations) {
    User& user = m_users.at(request.rnti);
    std::vector<std::uint32_t> rbgs = ReachableRbgs(user);
    for (std::uint32_t rbg = 0; rbgs.size() < request.units && rbg < m_rbgs; ++rbg) {
        // Signalling is tried where the user said that it cannot be reached, too.
        if (!m_busy[rbg] && std::find(rbgs.begin(), rbgs.end(), rbg) == rbgs.end()) {
            rbgs.push_back(rbg);
        }
    }
    rbgs.resize(std::min<std::size_t>(rbgs.size(), request.units));
    const std::uint8_t mcs = m_link.DownlinkMcs(user.quality.Cqi(rbgs.back()));
    const std::uint32_t block_bytes =
        m_link.DownlinkBytes(mcs, static_cast<std::uint32_t>(rbgs.size()) * m_rb_per_rbg);

    ns3::BuildDataListElement_s allocation;
    for (const auto& pdu : user.queues.Fill(block_bytes, request.may_send_data)) {
        allocation.m_rlcPduList.push_back({pdu});
    }
    if (allocation.m_rlcPduList.empty()) {
        return;
    }
    std::uint32_t rbg_bitmap = 0;
    for (const std::uint32_t rbg : rbgs) {
        rbg_bitmap |= 1U << rbg;
    }
    Take(user, rbg_bitmap);

    ns3::DlDciListElement_s dci;
    dci.m_rnti = request.rnti;
    dci.m_harqProcess = m_harq_enabled ? user.harq.FreeProcess().value_or(0) : std::uint8_t{0};
    dci.m_resAlloc = 0;
    dci.m_rbBitmap = rbg_bitmap;
    dci.m_mcs = {mcs};
    dci.m_tbsSize = {static_cast<std::uint16_t>(block_bytes)};
    dci.m_ndi = {1};
    dci.m_rv = {0};
    dci.m_tpc = power_command;
    if (m_harq_enabled) {
        user.harq.Start(dci);
    }
    allocation.m_rnti = request.rnti;
    allocation.m_dci = dci;
    allocations.push_back(allocation);
}

std::vector<std::uint32_t> DownlinkScheduler::ReachableRbgs(const User& user) const {
    std::vector<std::uint32_t> rbgs;
    for (std::uint32_t rbg = 0; rbg < m_rbgs; ++rbg) {
        if (!m_busy[rbg] && user.quality.Cqi(rbg) > 0) {
            rbgs.push_back(rbg);
        }
    }
    std::stable_sort(rbgs.begin(), rbgs.end(), [&user](std::uint32_t a, std::uint32_t b) {
        return user.quality.Cqi(a) > user.quality.Cqi(b);
    });
    return rbgs;
}

void DownlinkScheduler::Take(User& user, std::uint32_t rbg_bitmap) {
    for (std::uint32_t rbg = 0; rbg < m_rbgs; ++rbg) {
        if ((rbg_bitmap >> rbg & 1U) != 0) {
            m_busy[rbg] = true;
            user.used_rb += m_rb_per_rbg;
        }
    }
}

std::uint32_t DownlinkScheduler::FreeRbgs() const {
    return static_cast<std::uint32_t>(std::count(m_busy.begin(), m_busy.end(), false));
}

void DownlinkScheduler::SettleAccounts() {
    m_usage.clear();
    for (const auto& [rnti, user] : m_users) {
        const bool waiting = user.queues.TotalBytes() > 0 && m_ledger.Weight(rnti) > 0 &&
                             user.quality.IsReachable(m_rbgs);
        if (waiting || user.used_rb > 0) {
            m_usage.push_back({rnti,
                               waiting ? std::numeric_limits<std::uint32_t>::max() : user.used_rb,
                               user.used_rb});
        }
    }
    m_ledger.Settle(m_usage);
}

}  // namespace physical
