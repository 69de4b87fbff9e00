// SPDX-License-Identifier: MIT
#include "sharing.h"

#include "laws/processor-sharing.h"

#include <numeric>

namespace twin {

void Sharing::Reset(std::size_t n_resources) {
    m_count = 0;
    m_rest_s.resize(n_resources);
    m_sums.resize(n_resources);
    quota.assign(n_resources, 0);
}

void Sharing::ByPriority(double margin, double alike, double slot_s) {
    m_order.resize(m_count);
    std::iota(m_order.begin(), m_order.end(), std::size_t(0));
    std::sort(m_order.begin(), m_order.end(), [this](std::size_t one, std::size_t other) {
        if (resource[one] != resource[other]) {
            return resource[one] < resource[other];
        }
        return weight[one] != weight[other] ? weight[one] > weight[other] : one < other;
    });
    const double most = 1 - alike;
    for (std::size_t begin = 0; begin < m_count;) {
        const int shared = resource[m_order[begin]];
        double left = most;
        std::size_t end = begin;
        for (; end < m_count && resource[m_order[end]] == shared; ++end) {
            const std::size_t i = m_order[end];
            weight[i] = std::min(most * margin * need_s[i] / slot_s, left);
            left -= weight[i];
        }
        const double each = (left + alike) / static_cast<double>(end - begin);
        for (; begin < end; ++begin) {
            weight[m_order[begin]] += each;
        }
        quota[static_cast<std::size_t>(shared)] = 1;
    }
}

void Sharing::Share(double slot_s, bool by_quota) {
    ShareOut(m_count, need_s.data(), weight.data(), present_s.data(), resource.data(),
             m_sums.size(), slot_s, by_quota ? quota.data() : nullptr, m_active.data(),
             m_rest_s.data(), m_sums.data(), offered_s.data());
}

void Sharing::Grow() {
    constexpr std::size_t MORE = 256;
    for (auto* values : {&need_s, &weight, &present_s, &offered_s, &m_active}) {
        values->resize(m_count + MORE);
    }
    resource.resize(m_count + MORE);
}

}  // namespace twin
