// SPDX-License-Identifier: GPL-2.0-only
#include "edge-server.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace physical {

using ns3::Simulator;

namespace {

/// Completions further ahead than this (a vanishing weight) are as good as never.
constexpr double NEVER_S = 1e9;

}  // namespace

EdgeServer::EdgeServer(double capacity_hz, Mode mode, std::size_t flows, JobDone job_done)
    : m_capacity_hz(capacity_hz), m_mode(mode), m_job_done(std::move(job_done)), m_flows(flows) {}

void EdgeServer::Submit(std::size_t flow, std::int64_t job, double cycles) {
    Advance();
    m_flows[flow].jobs.push_back({job, cycles});
    Reschedule();
}

std::deque<EdgeServer::Job> EdgeServer::Withdraw(std::size_t flow) {
    Advance();
    std::deque<Job> jobs = std::exchange(m_flows[flow].jobs, {});
    Reschedule();
    return jobs;
}

void EdgeServer::SetWeights(std::span<const float> weights) {
    Advance();
    for (std::size_t i = 0; i < m_flows.size(); ++i) {
        m_flows[i].weight = weights[i];
    }
    Reschedule();
}

void EdgeServer::Advance() {
    const double elapsed_s = (Simulator::Now() - m_last_advance).GetSeconds();
    m_last_advance = Simulator::Now();
    for (Flow& flow : m_flows) {
        if (!flow.jobs.empty()) {
            const double served = std::min(flow.rate_hz * elapsed_s, flow.jobs[0].remaining_cycles);
            flow.jobs[0].remaining_cycles -= served;
            m_served_cycles += served;
        }
    }
}

double EdgeServer::HeadCycles(std::size_t flow) const {
    const auto& jobs = m_flows[flow].jobs;
    return jobs.empty() ? 0 : jobs.front().remaining_cycles;
}

double EdgeServer::BacklogCycles(std::size_t flow) const {
    double sum = 0;
    for (const Job& job : m_flows[flow].jobs) {
        sum += job.remaining_cycles;
    }
    return sum;
}

void EdgeServer::Reschedule() {
    double weights = 0;
    for (const Flow& flow : m_flows) {
        if (m_mode == Mode::QUOTA || !flow.jobs.empty()) {
            weights += flow.weight;
        }
    }
    const double scale = m_mode == Mode::QUOTA ? std::max(1.0, weights) : weights;
    double next_s = std::numeric_limits<double>::infinity();
    for (Flow& flow : m_flows) {
        flow.rate_hz = 0;
        if (!flow.jobs.empty() && flow.weight > 0) {
            flow.rate_hz = m_capacity_hz * flow.weight / scale;
            next_s = std::min(next_s, flow.jobs.front().remaining_cycles / flow.rate_hz);
        }
    }
    m_next_completion.Cancel();
    if (next_s < NEVER_S) {
        // Rounded up to ns-3's nanosecond, so that the work is done when the event fires.
        m_next_completion = Simulator::Schedule(ns3::NanoSeconds(std::ceil(next_s * 1e9)),
                                                [this] { CompleteDueJobs(); });
    }
}

void EdgeServer::CompleteDueJobs() {
    Advance();
    std::vector<std::pair<std::size_t, std::int64_t>> done;
    for (std::size_t i = 0; i < m_flows.size(); ++i) {
        Flow& flow = m_flows[i];
        // What is left of a job due now is a rounding error, worth less than a nanosecond.
        if (!flow.jobs.empty() && flow.jobs.front().remaining_cycles <= flow.rate_hz * 1e-9) {
            done.emplace_back(i, flow.jobs.front().id);
            flow.jobs.pop_front();
        }
    }
    Reschedule();
    for (const auto& [flow, job] : done) {
        m_job_done(flow, job);
    }
}

}  // namespace physical
