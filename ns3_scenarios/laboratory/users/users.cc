// SPDX-License-Identifier: GPL-2.0-only
// Users that move and create tasks, and no radio: what the models do over hours, in seconds.
#include "mobility.h"
#include "scenario.h"
#include "traffic.h"

#include "ns3/simulator.h"

#include <memory>
#include <optional>
#include <vector>

namespace physical {

namespace {

constexpr double UE_HEIGHT_M = 1.5;
constexpr std::int64_t SHARED_STREAM = 1;
constexpr std::int64_t MOBILITY_STREAMS = 100;
constexpr std::int64_t TRAFFIC_STREAMS = 1'000'000;

}  // namespace

class Users : public Scenario {
  public:
    Users() : Scenario("users", "users that move and create tasks, without any radio") {}

    void DeclareSettings(Settings& settings) override {
        settings.Integer("n_ue", m_n_ue, 1, 10'000, "users", "number of users");
        settings.Real("area.width_m", m_width_m, 1, 1e6, "m", "extent in x, around 0");
        settings.Real("area.depth_m", m_depth_m, 1, 1e6, "m", "extent in y, around 0");
        m_mobility_settings.Declare(settings);
        m_traffic_settings.Declare(settings);
    }

    void DeclareFields(Schema& schema) override {
        const Area area{-m_width_m / 2, m_width_m / 2, -m_depth_m / 2, m_depth_m / 2};
        m_mobility.emplace(m_mobility_settings, area, m_n_ue, m_clock.warmup_s,
                           m_clock.warmup_s + m_clock.duration_s);
        m_traffic.emplace(m_traffic_settings, m_n_ue, m_clock.duration_s);
        m_traffic->DeclareClass(schema);
        m_tasks = &schema.AddTable("task", "one row per task",
                                   {{"ue", true, "1", "user"},
                                    {"created_s", false, "s", "ns-3 time"},
                                    {"size_bit", true, "bit", "data"},
                                    {"cycles", false, "cycles", "work"}});
        m_demand = schema.Observation<double>({"demand",
                                               {Ue(m_n_ue), 3},
                                               "1",
                                               0,
                                               1e18,
                                               "expected rate (1/s), size (bit), work (cycles)"});
        m_position_m = schema.Observation<double>(
            {"position_m", {Ue(m_n_ue), Xy()}, "m", -1e7, 1e7, "x and y of each user"});
        m_velocity_mps = schema.Observation<double>(
            {"velocity_mps", {Ue(m_n_ue), Xy()}, "m/s", -1e3, 1e3, "x and y components"});
    }

    void Build() override {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            m_users.push_back(m_mobility->Make(
                ue, UE_HEIGHT_M, MOBILITY_STREAMS + ue * Mobility::STREAMS, SHARED_STREAM));
            m_users.back()->Initialize();
            m_sources.push_back(m_traffic->Make(
                ue, TRAFFIC_STREAMS + ue * TaskSource::STREAMS,
                [this, ue](std::uint32_t size_bit, double cycles) {
                    m_tasks->Append(ue, ns3::Simulator::Now().GetSeconds(), size_bit, cycles);
                }));
            ns3::Simulator::Schedule(ns3::Seconds(m_clock.warmup_s),
                                     [this, ue] { m_sources[ue]->Start(); });
        }
    }

    void Observe() override {
        for (std::size_t ue = 0; ue < m_users.size(); ++ue) {
            const ns3::Vector position = m_users[ue]->GetPosition();
            const ns3::Vector velocity = m_users[ue]->GetVelocity();
            m_position_m(ue, 0) = position.x;
            m_position_m(ue, 1) = position.y;
            m_velocity_mps(ue, 0) = velocity.x;
            m_velocity_mps(ue, 1) = velocity.y;
            const TaskDemand demand = m_sources[ue]->Demand();
            m_demand(ue, 0) = demand.rate_hz;
            m_demand(ue, 1) = demand.mean_bit;
            m_demand(ue, 2) = demand.mean_cycles;
        }
    }

    void DefaultAction() override {}
    void Act() override {}

  private:
    std::uint32_t m_n_ue = 20;
    double m_width_m = 1000;
    double m_depth_m = 800;
    MobilitySettings m_mobility_settings;
    TrafficSettings m_traffic_settings;
    Field<double> m_position_m;
    Field<double> m_velocity_mps;
    Field<double> m_demand;
    Table* m_tasks = nullptr;
    std::optional<Mobility> m_mobility;
    std::optional<Traffic> m_traffic;
    std::vector<ns3::Ptr<ns3::MobilityModel>> m_users;
    std::vector<std::unique_ptr<TaskSource>> m_sources;
};

}  // namespace physical

int main(int argc, char** argv) {
    physical::Users scenario;
    return physical::RunScenario(scenario, argc, argv);
}
