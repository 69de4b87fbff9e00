// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_EDGE_SERVER_H
#define PHYSICAL_EDGE_SERVER_H

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

namespace physical {

/**
 * An edge server as a processor-sharing queue in ns-3 time.
 *
 * Each flow (the tasks of a user, or its retraining) has a weight and is served first come first
 * served; the heads of all busy flows share the processor: WORK_CONSERVING  rate_i = C · w_i /
 * Σ_{busy j} w_j QUOTA            rate_i = C · w_i / max(1, Σ_j w_j), the share of idle flows is
 * lost A flow of weight 0 waits. Nothing is polled: an event is scheduled for the next completion.
 */
class EdgeServer {
  public:
    enum class Mode { WORK_CONSERVING, QUOTA };
    using JobDone = std::function<void(std::size_t flow, std::int64_t job)>;
    struct Job {
        std::int64_t id;
        double remaining_cycles;
    };

    EdgeServer(double capacity_hz, Mode mode, std::size_t flows, JobDone job_done);

    void Submit(std::size_t flow, std::int64_t job, double cycles);

    /// Take all jobs of a flow away, with what remains of them.
    std::deque<Job> Withdraw(std::size_t flow);

    /// Set the weight of every flow, from now on. @param weights [flows], ≥ 0
    void SetWeights(std::span<const float> weights);

    /// Bring the remaining work up to the present; call before the getters below.
    void Advance();

    std::size_t Jobs(std::size_t flow) const { return m_flows[flow].jobs.size(); }
    /// Remaining work of the job in service; 0 if there is none.
    double HeadCycles(std::size_t flow) const;
    /// Remaining work of all jobs of the flow.
    double BacklogCycles(std::size_t flow) const;
    /// Work done since the simulation started.
    double ServedCycles() const { return m_served_cycles; }
    double CapacityHz() const { return m_capacity_hz; }

  private:
    struct Flow {
        std::deque<Job> jobs;
        double weight = 0;
        double rate_hz = 0;
    };

    void Reschedule();
    void CompleteDueJobs();

    double m_capacity_hz;
    Mode m_mode;
    JobDone m_job_done;
    std::vector<Flow> m_flows;
    ns3::Time m_last_advance;
    ns3::EventId m_next_completion;
    double m_served_cycles = 0;
};

}  // namespace physical

#endif
