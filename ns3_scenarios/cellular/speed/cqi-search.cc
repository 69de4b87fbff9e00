// SPDX-License-Identifier: GPL-2.0-only
#include "cqi-search.h"

#include "ns3-functions.h"

#include "ns3/lte-mi-error-model.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>

namespace physical {

namespace {

constexpr double TARGET_ERROR_RATE = 0.1;  // 3GPP TS 36.213, 7.2.3

}  // namespace

std::vector<int> CqiSearch::AskNs3(ns3::LteAmc& amc,
                                   const ns3::SpectrumValue& sinr,
                                   std::uint8_t subband_rb) {
    using Function = std::vector<int> (*)(ns3::LteAmc*, const ns3::SpectrumValue&, std::uint8_t);
    static const auto function =
        Ns3Function<Function>("_ZN3ns36LteAmc18CreateCqiFeedbacksERKNS_13SpectrumValueEh");
    return function(&amc, sinr, subband_rb);
}

std::vector<int> CqiSearch::Find(ns3::LteAmc& amc,
                                 const ns3::SpectrumValue& sinr,
                                 std::uint8_t subband_rb) {
    static std::array<std::unique_ptr<CqiSearch>, 256> searches;  // by subband_rb
    if (!searches[subband_rb]) {
        searches[subband_rb].reset(new CqiSearch(amc, subband_rb));
    }
    CqiSearch& search = *searches[subband_rb];
    const auto n_rb = static_cast<int>(sinr.GetValuesN());
    std::vector<int> cqi;
    cqi.reserve(n_rb + subband_rb);
    std::vector<int> resource_blocks;
    for (int first = 0; first < n_rb; first += subband_rb) {
        resource_blocks.resize(std::min<int>(subband_rb, n_rb - first));
        std::iota(resource_blocks.begin(), resource_blocks.end(), first);
        int& answer = search.m_cqi[search.CountUsable(sinr, resource_blocks)];
        if (answer == UNKNOWN) {
            answer = AskNs3(amc, sinr, subband_rb).at(first);
        }
        cqi.insert(cqi.end(), subband_rb, answer);
    }
    return cqi;
}

CqiSearch::CqiSearch(ns3::LteAmc& amc, std::uint8_t subband_rb) {
    constexpr double INFINITE = std::numeric_limits<double>::infinity();
    for (std::size_t mcs = 0; mcs < N_MCS; ++mcs) {
        // ns-3 keeps 16 bits of the size in bits: of the widest blocks it judges smaller ones.
        const auto block_bits =
            static_cast<std::uint16_t>(amc.GetDlTbSizeFromMcs(static_cast<int>(mcs), subband_rb));
        m_verdicts[mcs] = {static_cast<std::uint16_t>(block_bits / 8), INFINITE, -INFINITE};
    }
    m_cqi.fill(UNKNOWN);
}

std::size_t CqiSearch::CountUsable(const ns3::SpectrumValue& sinr,
                                   const std::vector<int>& resource_blocks) {
    double information = 0;
    for (std::uint8_t mcs = 0; mcs < N_MCS; ++mcs) {
        const bool new_modulation =
            mcs == 0 || mcs == ns3::MI_QPSK_MAX_ID + 1 || mcs == ns3::MI_16QAM_MAX_ID + 1;
        if (new_modulation) {
            information = ns3::LteMiErrorModel::Mib(sinr, resource_blocks, mcs);
        }
        Verdicts& verdicts = m_verdicts[mcs];
        if (information >= verdicts.lowest_usable) {
            continue;
        }
        if (information <= verdicts.highest_unusable) {
            return mcs;
        }
        const double error_rate = ns3::LteMiErrorModel::GetTbDecodificationStats(
                                      sinr, resource_blocks, verdicts.block_bytes, mcs, {})
                                      .tbler;
        if (error_rate > TARGET_ERROR_RATE) {
            verdicts.highest_unusable = information;
            return mcs;
        }
        verdicts.lowest_usable = information;
    }
    return N_MCS;
}

}  // namespace physical

std::vector<int> ns3::LteAmc::CreateCqiFeedbacks(const SpectrumValue& sinr, uint8_t rbgSize) {
    using physical::CqiSearch;
    const auto ask_ns3 = [&] { return CqiSearch::AskNs3(*this, sinr, rbgSize); };
    if (m_amcModel != MiErrorModel) {
        return ask_ns3();
    }
    return physical::AnswerBy([&] { return CqiSearch::Find(*this, sinr, rbgSize); }, ask_ns3);
}
