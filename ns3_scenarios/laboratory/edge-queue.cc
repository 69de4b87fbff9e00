// SPDX-License-Identifier: GPL-2.0-only
// One edge server under a glass: no network, jobs arrive at random and go to it directly.
#include "edge-server.h"
#include "scenario.h"

#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace physical {

namespace {

constexpr double CAPACITY_HZ = 1e9;
constexpr double MEAN_WORK_S = 0.01;

}  // namespace

class EdgeQueue : public Scenario {
  public:
    EdgeQueue() : Scenario("edge-queue", "one edge server with Poisson arrivals of known work") {}

    void DeclareSettings(Settings& settings) override {
        settings.Choice("discipline", m_discipline, {"fcfs", "ps"},
                        "all jobs in one flow, or each in a flow of its own");
        settings.Choice("work", m_work, {"deterministic", "exponential", "hyperexponential"},
                        "distribution of the work of a job, mean 10 ms of the whole server");
        settings.Integer("classes", m_classes, 1, 2, "1", "with ps: kinds of jobs, equally likely");
        settings.Real("load", m_load, 0.01, 0.95, "1", "arrivals per mean work");
    }

    void DeclareFields(Schema& schema) override {
        m_jobs_inside =
            schema.Observation<std::int32_t>({"jobs_inside", {1}, "jobs", 0, 1e9, "in the system"});
        m_weight = schema.Action<float>({"weight",
                                         {Axis(m_classes, "job_class")},
                                         "1",
                                         0,
                                         1,
                                         "of the jobs of each class, with ps"});
        m_jobs = &schema.AddTable("job", "one row per job, at its end",
                                  {{"job_class", true, "1", "class"},
                                   {"arrived_s", false, "s", "ns-3 time"},
                                   {"done_s", false, "s", "ns-3 time"},
                                   {"work_s", false, "s", "time that the whole server needs"}});
    }

    void Build() override {
        m_flows = m_discipline == "fcfs" ? 1 : MOST_JOBS * m_classes;
        m_server = std::make_unique<EdgeServer>(
            CAPACITY_HZ, EdgeServer::Mode::WORK_CONSERVING, m_flows,
            [this](std::size_t /*flow*/, std::int64_t job) { OnDone(job); });
        m_gap_s->SetStream(1);
        m_exponential->SetStream(2);
        m_uniform->SetStream(3);
        m_server->SetWeights(std::vector<float>(m_flows, 1.0F));
        ScheduleArrival();
    }

    void Observe() override { m_jobs_inside(0) = static_cast<std::int32_t>(m_inside.size()); }

    void DefaultAction() override { std::fill_n(&m_weight(0), m_classes, 1.0F); }

    void Act() override {
        std::vector<float> weights(m_flows);
        for (std::size_t flow = 0; flow < m_flows; ++flow) {
            weights[flow] = m_weight(flow % m_classes);
        }
        m_server->SetWeights(weights);
    }

  private:
    static constexpr std::size_t MOST_JOBS = 256;  ///< with ps: at a time and per class

    struct Job {
        std::size_t job_class;
        double arrived_s;
        double work_s;
    };

    void ScheduleArrival() {
        ns3::Simulator::Schedule(ns3::Seconds(m_gap_s->GetValue(MEAN_WORK_S / m_load, 0)), [this] {
            Arrive();
            ScheduleArrival();
        });
    }

    void Arrive() {
        const auto job_class = static_cast<std::size_t>(
            m_uniform->GetInteger(0, static_cast<std::uint32_t>(m_classes) - 1));
        const double work_s = DrawWork();
        std::size_t flow = 0;
        if (m_discipline == "ps") {
            // A flow is served in order of arrival: sharing takes a flow for each job.
            flow = job_class;
            while (m_server->Jobs(flow) > 0 && flow + m_classes < m_flows) {
                flow += m_classes;
            }
        }
        m_inside[m_next] = {job_class, ns3::Simulator::Now().GetSeconds(), work_s};
        m_server->Submit(flow, m_next++, work_s * CAPACITY_HZ);
    }

    double DrawWork() {
        if (m_work == "deterministic") {
            return MEAN_WORK_S;
        }
        double mean_s = MEAN_WORK_S;
        if (m_work == "hyperexponential") {
            // The mean of one job in ten is nine times that of the others.
            mean_s *= m_uniform->GetValue(0, 1) < 0.1 ? 5.0 : 5.0 / 9;
        }
        return m_exponential->GetValue(mean_s, 0);
    }

    void OnDone(std::int64_t id) {
        const auto job = m_inside.extract(id).mapped();
        m_jobs->Append(static_cast<int>(job.job_class), job.arrived_s,
                       ns3::Simulator::Now().GetSeconds(), job.work_s);
    }

    std::string m_discipline = "fcfs";
    std::string m_work = "exponential";
    std::uint32_t m_classes = 1;
    double m_load = 0.5;
    std::size_t m_flows = 1;

    Field<std::int32_t> m_jobs_inside;
    Field<float> m_weight;
    Table* m_jobs = nullptr;

    std::unique_ptr<EdgeServer> m_server;
    std::map<std::int64_t, Job> m_inside;
    std::int64_t m_next = 0;
    ns3::Ptr<ns3::ExponentialRandomVariable> m_gap_s =
        ns3::CreateObject<ns3::ExponentialRandomVariable>();
    ns3::Ptr<ns3::ExponentialRandomVariable> m_exponential =
        ns3::CreateObject<ns3::ExponentialRandomVariable>();
    ns3::Ptr<ns3::UniformRandomVariable> m_uniform =
        ns3::CreateObject<ns3::UniformRandomVariable>();
};

}  // namespace physical

int main(int argc, char** argv) {
    physical::EdgeQueue scenario;
    return physical::RunScenario(scenario, argc, argv);
}
