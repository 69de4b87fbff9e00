// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace twin {

/// The flows of some rollouts that share bands or servers in a slot, and the room to divide these.
class Sharing {
  public:
    /// Of another slot.
    void Reset(std::size_t n_resources);

    /// A flow; the arguments are those of ShareOut.
    void Add(double need, double flow_weight, double present, std::size_t of) {
        if (m_count == need_s.size()) {
            Grow();
        }
        need_s[m_count] = need;
        weight[m_count] = flow_weight;
        present_s[m_count] = present;
        resource[m_count] = static_cast<int>(of);
        ++m_count;
    }

    /// Take weights for priorities, any numbers, and put the shares of `fill` in their place: who
    /// is first gets `margin` times what it needs, the next one what is left; what nobody needs is
    /// divided equally, and so is the part `alike` of everything. Where there are quotas the shares
    /// are one in all.
    void ByPriority(double margin, double alike, double slot_s);

    /// Fill `offered_s`.
    void Share(double slot_s, bool by_quota);

    std::size_t Count() const { return m_count; }

    std::vector<double> need_s, weight, present_s, offered_s;
    std::vector<int> resource;
    std::vector<double> quota;  // sums of the weights of all members, of each resource

  private:
    void Grow();

    std::size_t m_count = 0;
    std::vector<double> m_active, m_rest_s, m_sums;
    std::vector<std::size_t> m_order;
};

}  // namespace twin
