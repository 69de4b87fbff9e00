// SPDX-License-Identifier: GPL-2.0-only
#ifndef OPENGYM_ENV_H
#define OPENGYM_ENV_H

#include "opengym-interface.h"

#include <string>

namespace ns3 {

/// What an environment of ns3-gym derives from.
class OpenGymEnv : public Object {
  public:
    static TypeId GetTypeId() {
        static TypeId tid = TypeId("ns3::OpenGymEnv").SetParent<Object>();
        return tid;
    }

    virtual Ptr<OpenGymSpace> GetActionSpace() = 0;
    virtual Ptr<OpenGymSpace> GetObservationSpace() = 0;
    virtual bool GetGameOver() = 0;
    virtual Ptr<OpenGymDataContainer> GetObservation() = 0;
    virtual float GetReward() = 0;
    virtual std::string GetExtraInfo() = 0;
    virtual bool ExecuteActions(Ptr<OpenGymDataContainer> action) = 0;

    void SetOpenGymInterface(Ptr<OpenGymInterface> interface) {
        m_interface = interface;
        interface->SetGetActionSpaceCb(MakeCallback(&OpenGymEnv::GetActionSpace, this));
        interface->SetGetObservationSpaceCb(MakeCallback(&OpenGymEnv::GetObservationSpace, this));
        interface->SetGetGameOverCb(MakeCallback(&OpenGymEnv::GetGameOver, this));
        interface->SetGetObservationCb(MakeCallback(&OpenGymEnv::GetObservation, this));
        interface->SetGetRewardCb(MakeCallback(&OpenGymEnv::GetReward, this));
        interface->SetGetExtraInfoCb(MakeCallback(&OpenGymEnv::GetExtraInfo, this));
        interface->SetExecuteActionsCb(MakeCallback(&OpenGymEnv::ExecuteActions, this));
    }

    /// The state has changed: the agent decides.
    void Notify() {
        if (m_interface) {
            m_interface->NotifyCurrentState();
        }
    }

    void NotifySimulationEnd() {
        if (m_interface) {
            m_interface->NotifySimulationEnd();
        }
    }

  private:
    Ptr<OpenGymInterface> m_interface;
};

}  // namespace ns3

#endif
