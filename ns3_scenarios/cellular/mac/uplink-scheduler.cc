// SPDX-License-Identifier: GPL-2.0-only
#include "uplink-scheduler.h"

#include "ns3/lte-common.h"

#include <algorithm>
#include <limits>

namespace physical {

namespace {

/// Narrower grants only if there is less to send: each costs a place on the control channel.
constexpr std::uint32_t SMALLEST_GRANT_RB = 3;
/// Data signals are received some TTIs after they are granted.
constexpr std::size_t SUBFRAMES_TO_REMEMBER = 16;

ns3::UlDciListElement_s NewDci(std::uint16_t rnti,
                               const UplinkBand::Piece& piece,
                               std::uint8_t mcs,
                               std::uint32_t bytes) {
    ns3::UlDciListElement_s dci;
    dci.m_rnti = rnti;
    dci.m_rbStart = static_cast<std::uint8_t>(piece.first_rb);
    dci.m_rbLen = static_cast<std::uint8_t>(piece.n_rb);
    dci.m_mcs = mcs;
    dci.m_tbSize = static_cast<std::uint16_t>(bytes);
    dci.m_ndi = 1;
    dci.m_cceIndex = 0;
    dci.m_aggrLevel = 1;
    dci.m_ueTxAntennaSelection = 3;  // no antenna selection
    dci.m_n2Dmrs = 0;
    dci.m_tpc = 0;
    dci.m_ulIndex = 0;
    dci.m_dai = 1;
    dci.m_freqHopping = 0;
    dci.m_pdcchPowerOffset = 0;
    return dci;
}

}  // namespace

void UplinkScheduler::Configure(ShareMode mode, bool harq_enabled, std::uint32_t cqi_valid_ttis) {
    m_mode = mode;
    m_harq_enabled = harq_enabled;
    m_cqi_valid_ttis = cqi_valid_ttis;
    m_ledger.SetMode(mode);
}

void UplinkScheduler::SetBand(std::uint32_t band_rb) {
    m_band_rb = band_rb;
    m_ledger.SetBand(band_rb);
}

void UplinkScheduler::AddUser(std::uint16_t rnti, double weight) {
    m_users.try_emplace(rnti);
    m_ledger.AddUser(rnti, weight);
}

void UplinkScheduler::RemoveUser(std::uint16_t rnti) {
    m_users.erase(rnti);
    m_ledger.RemoveUser(rnti);
}

void UplinkScheduler::OnBufferStatus(std::uint16_t rnti,
                                     const std::vector<std::uint8_t>& level_index) {
    if (const auto user = m_users.find(rnti); user != m_users.end()) {
        user->second.buffer.OnReport(level_index, m_tti);
    }
}

void UplinkScheduler::OnSounding(std::uint16_t rnti, const std::vector<std::uint16_t>& sinr_s11_3) {
    if (const auto user = m_users.find(rnti); user != m_users.end()) {
        for (std::size_t rb = 0; rb < sinr_s11_3.size(); ++rb) {
            const double sinr_db = ns3::LteFfConverter::fpS11dot3toDouble(sinr_s11_3[rb]);
            user->second.quality.Update(rb, m_band_rb, sinr_db, m_tti);
        }
    }
}

void UplinkScheduler::OnDataSinr(std::uint16_t sfn_sf,
                                 const std::vector<std::uint16_t>& sinr_s11_3) {
    const auto past = std::find_if(m_past_owners.begin(), m_past_owners.end(),
                                   [sfn_sf](const auto& entry) { return entry.first == sfn_sf; });
    if (past == m_past_owners.end()) {
        return;
    }
    const Owners& owners = past->second;
    for (std::size_t rb = 0; rb < std::min(owners.size(), sinr_s11_3.size()); ++rb) {
        if (const auto user = m_users.find(owners[rb]); user != m_users.end()) {
            const double sinr_db = ns3::LteFfConverter::fpS11dot3toDouble(sinr_s11_3[rb]);
            user->second.quality.Update(rb, m_band_rb, sinr_db, m_tti);
        }
    }
    m_past_owners.erase(past);
}

void UplinkScheduler::BeginTti(std::vector<bool> busy) {
    ++m_tti;
    busy.resize(m_band_rb, false);
    m_band = UplinkBand(std::move(busy));
    m_owners.assign(m_band_rb, 0);
    m_ledger.BeginTti();
    for (auto& [rnti, user] : m_users) {
        user.used_rb = 0;
        user.quality.Expire(m_tti, m_cqi_valid_ttis);
    }
}

std::optional<ns3::UlGrant_s> UplinkScheduler::GrantRandomAccess(std::uint16_t rnti,
                                                                 std::uint32_t bits,
                                                                 std::uint8_t mcs) {
    const auto user = m_users.find(rnti);
    if (user == m_users.end()) {
        return std::nullopt;
    }
    const std::uint32_t bytes = (bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
    const std::uint32_t n_rb = UplinkBand::RoundUp(m_link.UplinkUnits(mcs, bytes, m_band_rb));
    const auto first_rb = m_band.TakeExactly(n_rb);
    if (!first_rb) {
        return std::nullopt;
    }
    const UplinkBand::Piece piece{*first_rb, n_rb};
    const auto dci = NewDci(rnti, piece, mcs, m_link.UplinkBytes(mcs, n_rb));
    Own(rnti, piece);
    user->second.harq.Start(dci, m_tti);

    ns3::UlGrant_s grant;
    grant.m_rnti = rnti;
    grant.m_rbStart = dci.m_rbStart;
    grant.m_rbLen = dci.m_rbLen;
    grant.m_tbSize = dci.m_tbSize;
    grant.m_mcs = mcs;
    grant.m_tpc = 0;
    return grant;
}

std::vector<ns3::UlDciListElement_s> UplinkScheduler::Schedule(
    std::uint16_t sfn_sf, const std::vector<ns3::UlInfoListElement_s>& feedback) {
    std::vector<ns3::UlDciListElement_s> grants;
    if (m_harq_enabled) {
        Repeat(feedback, grants);
    }
    std::vector<GrantRequest> requests = CollectRequests();
    SizeGrants(requests, m_band.FreeRb(), 1, m_mode, UplinkBand::RoundDown);
    Place(requests, grants);
    SettleAccounts();
    Remember(sfn_sf);
    return grants;
}

void UplinkScheduler::Repeat(const std::vector<ns3::UlInfoListElement_s>& feedback,
                             std::vector<ns3::UlDciListElement_s>& grants) {
    for (const auto& info : feedback) {
        const auto found = m_users.find(info.m_rnti);
        if (info.m_receptionStatus != ns3::UlInfoListElement_s::NotOk || found == m_users.end() ||
            found->second.used_rb > 0) {
            continue;
        }
        User& user = found->second;
        const ns3::UlDciListElement_s* failed = user.harq.FindFailed(m_tti);
        if (!failed) {
            continue;
        }
        UplinkBand::Piece piece{failed->m_rbStart, failed->m_rbLen};
        if (m_band.IsFree(piece.first_rb, piece.n_rb)) {
            m_band.Take(piece.first_rb, piece.n_rb);
        } else if (const auto first_rb = m_band.TakeExactly(piece.n_rb)) {
            piece.first_rb = *first_rb;
        } else {
            continue;  // random access took the room, and a repetition cannot wait
        }
        grants.push_back(user.harq.Repeat(static_cast<std::uint8_t>(piece.first_rb), m_tti));
        Own(info.m_rnti, piece);
    }
}

std::vector<GrantRequest> UplinkScheduler::CollectRequests() const {
    const std::uint32_t free_rb = m_band.FreeRb();
    std::vector<GrantRequest> requests;
    std::vector<ShareClaim> claims;
    for (const auto& [rnti, user] : m_users) {
        const bool has_data = m_ledger.Weight(rnti) > 0 && user.buffer.TotalBytes() > 0;
        if (free_rb == 0 || user.used_rb > 0 || (!has_data && user.buffer.SignallingBytes() == 0)) {
            continue;  // one grant per user and TTI
        }
        const std::uint8_t mcs = m_link.UplinkMcs(user.quality.WorstSinrDb(0, m_band_rb));
        const auto units = [&](std::uint32_t bytes) {
            return UplinkBand::RoundUp(
                m_link.UplinkUnits(mcs, std::max(bytes, SMALLEST_BLOCK_BYTES), m_band_rb));
        };
        GrantRequest request;
        request.rnti = rnti;
        request.weight = m_ledger.Weight(rnti);
        request.may_send_data = has_data;
        request.smallest_units = std::max(units(0), SMALLEST_GRANT_RB);
        request.wanted_units = units(user.buffer.WantedBytes());
        if (const std::uint32_t bytes = user.buffer.SignallingWantedBytes(); bytes > 0) {
            request.signalling_units = units(bytes);
        }
        requests.push_back(request);
        claims.push_back({rnti, has_data ? request.wanted_units : 0, 0});
    }
    const std::vector<double> owed_rb = m_ledger.OwedRb(claims, free_rb);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        requests[i].owed_rb = owed_rb[i];
    }
    return requests;
}

void UplinkScheduler::Place(const std::vector<GrantRequest>& requests,
                            std::vector<ns3::UlDciListElement_s>& grants) {
    // The widest first: they need the widest gaps.
    std::vector<const GrantRequest*> order;
    for (const GrantRequest& request : requests) {
        if (request.units > 0) {
            order.push_back(&request);
        }
    }
    std::stable_sort(order.begin(), order.end(), [](const GrantRequest* a, const GrantRequest* b) {
        return a->units > b->units;
    });
    struct Placed {
        const GrantRequest* request;
        UplinkBand::Piece piece;
    };
    std::vector<Placed> placed;
    for (const GrantRequest* request : order) {
        if (const auto piece = m_band.TakeUpTo(request->units, request->smallest_units)) {
            placed.push_back({request, *piece});
        }
    }
    for (auto& [request, piece] : placed) {
        if (m_mode == ShareMode::WORK_CONSERVING && request->may_send_data &&
            piece.n_rb < request->wanted_units) {
            piece.n_rb += m_band.Extend(piece, request->wanted_units - piece.n_rb);
        }
        grants.push_back(Grant(request->rnti, piece));
    }
}

ns3::UlDciListElement_s UplinkScheduler::Grant(std::uint16_t rnti, const UplinkBand::Piece& piece) {
    User& user = m_users.at(rnti);
    const std::uint8_t mcs = m_link.UplinkMcs(user.quality.WorstSinrDb(piece.first_rb, piece.n_rb));
    const auto dci = NewDci(rnti, piece, mcs, m_link.UplinkBytes(mcs, piece.n_rb));
    user.buffer.OnGrant(dci.m_tbSize, m_tti);
    user.harq.Start(dci, m_tti);
    Own(rnti, piece);
    return dci;
}

void UplinkScheduler::SettleAccounts() {
    m_usage.clear();
    for (const auto& [rnti, user] : m_users) {
        const bool waiting = user.buffer.TotalBytes() > 0 && m_ledger.Weight(rnti) > 0;
        if (waiting || user.used_rb > 0) {
            m_usage.push_back({rnti,
                               waiting ? std::numeric_limits<std::uint32_t>::max() : user.used_rb,
                               user.used_rb});
        }
    }
    m_ledger.Settle(m_usage);
}

void UplinkScheduler::Own(std::uint16_t rnti, const UplinkBand::Piece& piece) {
    std::fill_n(m_owners.begin() + piece.first_rb, piece.n_rb, rnti);
    m_users.at(rnti).used_rb += piece.n_rb;
}

void UplinkScheduler::Remember(std::uint16_t sfn_sf) {
    m_past_owners.emplace_back(sfn_sf, m_owners);
    if (m_past_owners.size() > SUBFRAMES_TO_REMEMBER) {
        m_past_owners.pop_front();
    }
}

}  // namespace physical
