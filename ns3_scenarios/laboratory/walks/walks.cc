// SPDX-License-Identifier: GPL-2.0-only
// Users that move, and no radio: what mobility models do over hours, in seconds.
#include "mobility.h"
#include "scenario.h"

#include <optional>
#include <vector>

namespace twin {

namespace {

constexpr double UE_HEIGHT_M = 1.5;
constexpr std::int64_t SHARED_STREAM = 1;
constexpr std::int64_t FIRST_STREAM = 100;

}  // namespace

class Walks : public Scenario {
  public:
    Walks() : Scenario("walks", "users that move, without any radio") {}

    void DeclareSettings(Settings& settings) override {
        settings.Integer("n_ue", m_n_ue, 1, 10'000, "users", "number of users");
        settings.Real("area.width_m", m_width_m, 1, 1e6, "m", "extent in x, around 0");
        settings.Real("area.depth_m", m_depth_m, 1, 1e6, "m", "extent in y, around 0");
        m_settings.Declare(settings);
    }

    void DeclareFields(Schema& schema) override {
        const Area area{-m_width_m / 2, m_width_m / 2, -m_depth_m / 2, m_depth_m / 2};
        m_mobility.emplace(m_settings, area, m_n_ue, m_clock.warmup_s + m_clock.duration_s);
        m_position_m = schema.Observation<double>(
            {"position_m", {m_n_ue, 2}, "m", -1e7, 1e7, "x and y of each user"});
        m_velocity_mps = schema.Observation<double>(
            {"velocity_mps", {m_n_ue, 2}, "m/s", -1e3, 1e3, "x and y components"});
    }

    void Build() override {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            m_users.push_back(m_mobility->Make(
                ue, UE_HEIGHT_M, FIRST_STREAM + ue * Mobility::STREAMS, SHARED_STREAM));
            m_users.back()->Initialize();
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
        }
    }

    void DefaultAction() override {}
    void Act() override {}

  private:
    std::uint32_t m_n_ue = 20;
    double m_width_m = 1000;
    double m_depth_m = 800;
    MobilitySettings m_settings;
    Field<double> m_position_m;
    Field<double> m_velocity_mps;
    std::optional<Mobility> m_mobility;
    std::vector<ns3::Ptr<ns3::MobilityModel>> m_users;
};

}  // namespace twin

int main(int argc, char** argv) {
    twin::Walks scenario;
    return twin::RunScenario(scenario, argc, argv);
}
