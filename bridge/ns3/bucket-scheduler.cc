// SPDX-License-Identifier: GPL-2.0-only
#include "bucket-scheduler.h"

#include "ns3/object-base.h"

#include <algorithm>

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(BucketScheduler);

ns3::TypeId BucketScheduler::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::BucketScheduler")
                                 .SetParent<ns3::Scheduler>()
                                 .AddConstructor<BucketScheduler>();
    return tid;
}

void BucketScheduler::Insert(const Event& event) {
    auto entry = Find(event.key.m_ts);
    if (entry == m_order.end() || entry->time != event.key.m_ts) {
        entry = m_order.insert(entry, {event.key.m_ts, TakeSpareBucket()});
    }
    m_buckets[entry->bucket].events.push_back(event);
}

bool BucketScheduler::IsEmpty() const {
    return m_order.empty();
}

ns3::Scheduler::Event BucketScheduler::PeekNext() const {
    const Bucket& bucket = m_buckets[m_order.back().bucket];
    return bucket.events[bucket.next];
}

ns3::Scheduler::Event BucketScheduler::RemoveNext() {
    Bucket& bucket = m_buckets[m_order.back().bucket];
    const Event event = bucket.events[bucket.next++];
    if (bucket.next == bucket.events.size()) {
        Release(m_order.end() - 1);
    }
    return event;
}

void BucketScheduler::Remove(const Event& event) {
    const auto entry = Find(event.key.m_ts);
    Bucket& bucket = m_buckets[entry->bucket];
    bucket.events.erase(std::find(bucket.events.begin() + static_cast<std::ptrdiff_t>(bucket.next),
                                  bucket.events.end(), event));
    if (bucket.next == bucket.events.size()) {
        Release(entry);
    }
}

/// The entry of a time, or where it belongs.
BucketScheduler::Order::iterator BucketScheduler::Find(std::uint64_t time) {
    return std::lower_bound(m_order.begin(), m_order.end(), time,
                            [](const Entry& entry, std::uint64_t t) { return entry.time > t; });
}

std::size_t BucketScheduler::TakeSpareBucket() {
    if (m_spare.empty()) {
        m_buckets.emplace_back();
        return m_buckets.size() - 1;
    }
    const std::size_t bucket = m_spare.back();
    m_spare.pop_back();
    return bucket;
}

void BucketScheduler::Release(Order::iterator entry) {
    Bucket& bucket = m_buckets[entry->bucket];
    bucket.events.clear();  // keeps its memory for the next time
    bucket.next = 0;
    m_spare.push_back(entry->bucket);
    m_order.erase(entry);
}

}  // namespace physical
