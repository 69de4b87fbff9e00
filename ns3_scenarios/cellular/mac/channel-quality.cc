// SPDX-License-Identifier: GPL-2.0-only
#include "channel-quality.h"

#include <algorithm>

namespace physical {

namespace {

constexpr std::uint8_t LOWEST_USABLE_CQI = 1;

}  // namespace

void DownlinkQuality::Update(const ns3::CqiListElement_s& report, std::int64_t now_tti) {
    if (report.m_cqiType == ns3::CqiListElement_s::P10 && !report.m_wbCqi.empty()) {
        m_wideband = report.m_wbCqi.front();
        m_wideband_tti = now_tti;
    } else if (report.m_cqiType == ns3::CqiListElement_s::A30) {
        m_subband.clear();
        for (const auto& subband : report.m_sbMeasResult.m_higherLayerSelected) {
            m_subband.push_back(subband.m_sbCqi.empty() ? 0 : subband.m_sbCqi.front());
        }
        m_subband_tti = now_tti;
    }
}

void DownlinkQuality::Expire(std::int64_t now_tti, std::uint32_t valid_ttis) {
    if (now_tti - m_wideband_tti > valid_ttis) {
        m_wideband.reset();
    }
    if (now_tti - m_subband_tti > valid_ttis) {
        m_subband.clear();
    }
}

std::uint8_t DownlinkQuality::Cqi(std::size_t rbg) const {
    if (rbg < m_subband.size()) {
        return m_subband[rbg];
    }
    return m_wideband.value_or(LOWEST_USABLE_CQI);
}

bool DownlinkQuality::IsReachable(std::size_t rbgs) const {
    for (std::size_t rbg = 0; rbg < rbgs; ++rbg) {
        if (Cqi(rbg) > 0) {
            return true;
        }
    }
    return false;
}

void UplinkQuality::Update(std::size_t rb,
                           std::size_t band_rb,
                           double sinr_db,
                           std::int64_t now_tti) {
    m_sinr_db.resize(band_rb);
    if (rb < band_rb) {
        m_sinr_db[rb] = sinr_db;
        m_updated_tti = now_tti;
    }
}

void UplinkQuality::Expire(std::int64_t now_tti, std::uint32_t valid_ttis) {
    if (now_tti - m_updated_tti > valid_ttis) {
        m_sinr_db.clear();
    }
}

std::optional<double> UplinkQuality::WorstSinrDb(std::size_t first_rb, std::size_t n_rb) const {
    double sum_db = 0;
    std::size_t measured = 0;
    for (const auto& sinr_db : m_sinr_db) {
        sum_db += sinr_db.value_or(0);
        measured += sinr_db ? 1 : 0;
    }
    if (measured == 0) {
        return std::nullopt;
    }
    const double mean_db = sum_db / static_cast<double>(measured);
    const std::size_t last_rb = std::min(first_rb + n_rb, m_sinr_db.size());
    double worst_db = m_sinr_db[std::min(first_rb, m_sinr_db.size() - 1)].value_or(mean_db);
    for (std::size_t rb = first_rb; rb < last_rb; ++rb) {
        worst_db = std::min(worst_db, m_sinr_db[rb].value_or(mean_db));
    }
    return worst_db;
}

}  // namespace physical
