// SPDX-License-Identifier: MIT
#include "sharing.h"

#include "laws/processor-sharing.h"

namespace twin {

void Sharing::Reset(std::size_t n_resources) {
    m_count = 0;
    m_rest_s.resize(n_resources);
    m_sums.resize(n_resources);
    quota.assign(n_resources, 0);
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
