// SPDX-License-Identifier: GPL-2.0-only
#include "control-error-search.h"

#include "ns3-functions.h"

#include "ns3/lte-mi-error-model.h"

#include <algorithm>
#include <numeric>

namespace physical {

double ControlErrorSearch::Find(const ns3::SpectrumValue& sinr) {
    if (m_all_blocks.size() != sinr.GetValuesN()) {
        m_all_blocks.resize(sinr.GetValuesN());
        std::iota(m_all_blocks.begin(), m_all_blocks.end(), 0);
    }
    constexpr std::uint8_t QPSK = 0;  // any MCS of it
    const double information = ns3::LteMiErrorModel::Mib(sinr, m_all_blocks, QPSK);
    const auto stair = std::find_if(m_stairs.begin(), m_stairs.end(),
                                    [&](const Stair& s) { return s.Holds(information); });
    if (stair != m_stairs.end()) {
        return stair->error_rate;
    }
    const double error_rate = AskNs3(sinr);
    Learn(information, error_rate);
    return error_rate;
}

void ControlErrorSearch::Learn(double information, double error_rate) {
    const auto stair = std::find_if(m_stairs.begin(), m_stairs.end(),
                                    [&](const Stair& s) { return s.error_rate == error_rate; });
    if (stair == m_stairs.end()) {
        m_stairs.push_back({error_rate, information, information});
        return;
    }
    stair->lowest_information = std::min(stair->lowest_information, information);
    stair->highest_information = std::max(stair->highest_information, information);
}

double ControlErrorSearch::AskNs3(const ns3::SpectrumValue& sinr) {
    static const auto function = Ns3Function<double (*)(const ns3::SpectrumValue&)>(
        "_ZN3ns315LteMiErrorModel19GetPcfichPdcchErrorERKNS_13SpectrumValueE");
    return function(sinr);
}

}  // namespace physical

double ns3::LteMiErrorModel::GetPcfichPdcchError(const SpectrumValue& sinr) {
    using physical::ControlErrorSearch;
    static ControlErrorSearch search;
    return physical::AnswerBy([&] { return search.Find(sinr); },
                              [&] { return ControlErrorSearch::AskNs3(sinr); });
}
