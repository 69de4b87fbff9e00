// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_BUCKET_SCHEDULER_H
#define PHYSICAL_BUCKET_SCHEDULER_H

#include "ns3/scheduler.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace physical {

/**
 * ns-3's list of events for networks in step: one queue per time at which something happens.
 *
 * In LTE most events share their time with many others: all users of a cell begin and end to
 * receive at once. ns-3's default, a tree of single events, compares and balances for each of them.
 * Here an event is appended to the queue of its time, and only the times are kept in order. Events
 * of one time leave in the order in which they came, the order of ns-3.
 */
class BucketScheduler : public ns3::Scheduler {
  public:
    static ns3::TypeId GetTypeId();

    void Insert(const Event& event) override;
    bool IsEmpty() const override;
    Event PeekNext() const override;
    Event RemoveNext() override;
    void Remove(const Event& event) override;

  private:
    struct Bucket {
        std::vector<Event> events;
        std::size_t next = 0;  ///< those before it have left
    };
    struct Entry {
        std::uint64_t time;
        std::size_t bucket;
    };
    using Order = std::vector<Entry>;

    Order::iterator Find(std::uint64_t time);
    std::size_t TakeSpareBucket();
    void Release(Order::iterator entry);

    Order m_order;  ///< latest time first, so that the next one is removed at the end
    std::vector<Bucket> m_buckets;
    std::vector<std::size_t> m_spare;
};

}  // namespace physical

#endif
