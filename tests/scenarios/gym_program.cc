// SPDX-License-Identifier: GPL-2.0-only
// A program as one writes it for ns3-gym: nothing of the bridge is named.
#include "ns3/core-module.h"
#include "ns3/opengym-module.h"

using namespace ns3;

class CountingEnv : public OpenGymEnv {
  public:
    CountingEnv(Time step, double offset, int last, float high)
        : m_step(step), m_offset(offset), m_last(last), m_high(high) {
        Simulator::Schedule(Seconds(0), &CountingEnv::ScheduleNext, this);
    }

    Ptr<OpenGymSpace> GetObservationSpace() override {
        std::vector<uint32_t> shape = {3};
        Ptr<OpenGymDictSpace> space = CreateObject<OpenGymDictSpace>();
        space->Add("queue",
                   CreateObject<OpenGymBoxSpace>(0, m_high, shape, TypeNameGet<uint32_t>()));
        space->Add("state", CreateObject<OpenGymDiscreteSpace>(4));
        return space;
    }
    Ptr<OpenGymSpace> GetActionSpace() override {
        std::vector<uint32_t> shape = {2};
        Ptr<OpenGymTupleSpace> space = CreateObject<OpenGymTupleSpace>();
        space->Add(CreateObject<OpenGymBoxSpace>(-1.0, 1.0, shape, TypeNameGet<float>()));
        space->Add(CreateObject<OpenGymDiscreteSpace>(4));
        return space;
    }
    Ptr<OpenGymDataContainer> GetObservation() override {
        std::vector<uint32_t> shape = {3};
        auto queue = CreateObject<OpenGymBoxContainer<uint32_t>>(shape);
        queue->AddValue(m_count);
        queue->AddValue(4000000000U);
        queue->AddValue(static_cast<uint32_t>(m_offset));
        auto state = CreateObject<OpenGymDiscreteContainer>(4);
        state->SetValue(m_state);
        auto observation = CreateObject<OpenGymDictContainer>();
        observation->Add("queue", queue);
        if (m_offset >= 0) {
            observation->Add("state", state);
        }
        return observation;
    }
    float GetReward() override { return m_sum; }
    bool GetGameOver() override { return m_count == m_last; }
    std::string GetExtraInfo() override { return "count=" + std::to_string(m_count); }
    bool ExecuteActions(Ptr<OpenGymDataContainer> action) override {
        auto parts = DynamicCast<OpenGymTupleContainer>(action);
        auto numbers = DynamicCast<OpenGymBoxContainer<float>>(parts->Get(0));
        m_sum = numbers->GetValue(0) + numbers->GetValue(1);
        m_state = DynamicCast<OpenGymDiscreteContainer>(parts->Get(1))->GetValue();
        return true;
    }

  private:
    void ScheduleNext() {
        Simulator::Schedule(m_step, &CountingEnv::ScheduleNext, this);
        Notify();
        ++m_count;
    }

    Time m_step;
    double m_offset;
    int m_last;
    float m_high;
    int m_count = 0;
    uint32_t m_state = 0;
    float m_sum = 0;
};

int main(int argc, char* argv[]) {
    uint32_t simSeed = 1;
    uint32_t openGymPort = 5555;
    double simTime = 1;
    double offset = 0;
    int last = -1;
    float high = 4294967040.0F;
    bool silent = false;
    CommandLine cmd;
    cmd.AddValue("openGymPort", "Port number for OpenGym env. Default: 5555", openGymPort);
    cmd.AddValue("simSeed", "Seed for random generator. Default: 1", simSeed);
    cmd.AddValue("simTime", "Simulation time in seconds. Default: 1s", simTime);
    cmd.AddValue("offset", "added to the seed; below -seed: no state is given", offset);
    cmd.AddValue("last", "count at which the game is over", last);
    cmd.AddValue("high", "of the space of a queue", high);
    cmd.AddValue("silent", "never notify", silent);
    cmd.Parse(argc, argv);
    RngSeedManager::SetSeed(1);
    RngSeedManager::SetRun(simSeed);

    Ptr<OpenGymInterface> openGym = CreateObject<OpenGymInterface>(openGymPort);
    Ptr<CountingEnv> env = CreateObject<CountingEnv>(Seconds(0.1), offset + simSeed, last, high);
    if (!silent) {
        env->SetOpenGymInterface(openGym);
    }

    Simulator::Stop(Seconds(simTime));
    Simulator::Run();
    openGym->NotifySimulationEnd();
    Simulator::Destroy();
}
