// SPDX-License-Identifier: GPL-2.0-only
#ifndef OPENGYM_INTERFACE_H
#define OPENGYM_INTERFACE_H

#include "environment.h"
#include "exit-status.h"
#include "message.h"
#include "opengym-arguments.h"
#include "opengym-spaces.h"

#include "ns3/callback.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ns3 {

/// What connects an environment with its agent: spaces become fields at the first notification.
class OpenGymInterface : public Object {
  public:
    static TypeId GetTypeId() {
        static TypeId tid = TypeId("ns3::OpenGymInterface").SetParent<Object>();
        return tid;
    }

    /// The one interface of the program.
    static Ptr<OpenGymInterface> Get(uint32_t port = 5555) {
        static Ptr<OpenGymInterface> only = CreateObject<OpenGymInterface>(port);
        return only;
    }

    /// @param port not used: simulator and agent share memory
    explicit OpenGymInterface([[maybe_unused]] uint32_t port = 5555) {}

    void SetGetActionSpaceCb(Callback<Ptr<OpenGymSpace>> cb) { m_get_action_space = cb; }
    void SetGetObservationSpaceCb(Callback<Ptr<OpenGymSpace>> cb) { m_get_observation_space = cb; }
    void SetGetGameOverCb(Callback<bool> cb) { m_get_game_over = cb; }
    void SetGetObservationCb(Callback<Ptr<OpenGymDataContainer>> cb) { m_get_observation = cb; }
    void SetGetRewardCb(Callback<float> cb) { m_get_reward = cb; }
    /// Not sent: the bridge has numbers alone.
    void SetGetExtraInfoCb(Callback<std::string> /*cb*/) {}
    void SetExecuteActionsCb(Callback<bool, Ptr<OpenGymDataContainer>> cb) { m_execute = cb; }

    /// Declare the spaces. With `--describe` the program ends here.
    void Init() {
        if (m_environment) {
            return;
        }
        m_environment = std::make_unique<physical::Environment>("opengym", "an ns3-gym program");
        std::string name = "opengym";
        std::string describe = "--describe";
        std::vector<char*> arguments{name.data()};
        if (opengym::IsDescribing()) {
            arguments.push_back(describe.data());
        }
        CommandLine command_line;
        m_environment->Parse(command_line, static_cast<int>(arguments.size()), arguments.data());
        m_observation_space = m_get_observation_space();
        m_action_space = m_get_action_space();
        m_observations = Declare(*m_observation_space, "observation", false);
        m_actions = Declare(*m_action_space, "action", true);
        m_environment->DescribeReward("1", "the program's GetReward()");
        m_environment->Open();
    }

    /// Show the agent the present state, and let the program execute its actions.
    void NotifyCurrentState() { DoOrExit(&OpenGymInterface::Decide); }

    /// The end of the simulation: the last state.
    void NotifySimulationEnd() { DoOrExit(&OpenGymInterface::End); }

    /// Nothing to wait for: an agent that has ended takes the simulation along.
    void WaitForStop() { NotifySimulationEnd(); }

  private:
    /// An error is a line and a status, not an abort with a core.
    void DoOrExit(void (OpenGymInterface::*work)()) {
        if (const int status = physical::ExitStatusOf([&] { (this->*work)(); })) {
            std::_Exit(status);
        }
    }

    void Decide() {
        Init();
        if (m_is_over) {
            return;
        }
        Observe();
        if (m_get_game_over()) {
            m_is_over = true;
            m_environment->Finish(true);
            Simulator::Stop();
            return;
        }
        PresetActions();
        if (!m_environment->Step()) {
            m_is_over = true;
            return;
        }
        OpenGymValues values;
        for (const Declared& action : m_actions) {
            std::visit(
                [&](const auto& field) {
                    values[action.name].assign(field.All().begin(), field.All().end());
                },
                action.field);
        }
        m_execute(m_action_space->Contain("action", values));
    }

    void End() {
        if (m_environment && !m_is_over) {
            m_is_over = true;
            Observe();
            m_environment->Finish();
        }
    }

    using AnyField = std::variant<physical::Field<std::int32_t>,
                                  physical::Field<std::int64_t>,
                                  physical::Field<float>,
                                  physical::Field<double>>;
    struct Declared {
        std::string name;
        AnyField field;
        double low;
        double high;
        double preset;  ///< of an action where nobody decides
    };

    std::vector<Declared> Declare(const OpenGymSpace& space, const std::string& name, bool acts) {
        std::vector<OpenGymField> fields;
        space.Declare(name, fields);
        std::vector<Declared> declared;
        for (OpenGymField& field : fields) {
            const double preset = std::clamp(0.0, field.low, field.high);
            declared.push_back(
                {field.name, DeclareAny(field, acts), field.low, field.high, preset});
        }
        return declared;
    }

    AnyField DeclareAny(const OpenGymField& field, bool acts) {
        switch (field.kind) {
            case OpenGymField::Kind::UINT:  // no integer of the bridge is unsigned and has 32 bits
                return DeclareAs<std::int64_t>(field, acts, std::numeric_limits<uint32_t>::max());
            case OpenGymField::Kind::FLOAT:
                return DeclareAs<float>(field, acts);
            case OpenGymField::Kind::DOUBLE:
                return DeclareAs<double>(field, acts);
            default:
                return DeclareAs<std::int32_t>(field, acts);
        }
    }

    /// @param largest of the numbers that ns3-gym carries as this kind
    template <class T>
    AnyField DeclareAs(const OpenGymField& field,
                       bool acts,
                       double largest = static_cast<double>(std::numeric_limits<T>::max())) {
        physical::FieldSpec spec{field.name, {}, "1", field.low, field.high, "as ns3-gym has it"};
        spec.low = std::max(field.low, static_cast<double>(std::numeric_limits<T>::lowest()));
        spec.high = std::min(field.high, largest);
        spec.shape.assign(field.shape.begin(), field.shape.end());
        spec.categorical = field.kind == OpenGymField::Kind::DISCRETE;
        return acts ? AnyField(m_environment->Action<T>(std::move(spec)))
                    : AnyField(m_environment->Observation<T>(std::move(spec)));
    }

    void Observe() {
        OpenGymValues values;
        m_get_observation()->Store("observation", values);
        for (const Declared& observation : m_observations) {
            std::visit([&](const auto& field) { Fill(field, values, observation); },
                       observation.field);
        }
        m_environment->AddReward(m_get_reward());
    }

    template <class T>
    static void Fill(const physical::Field<T>& field,
                     const OpenGymValues& values,
                     const Declared& declared) {
        const std::string& name = declared.name;
        const auto found = values.find(name);
        const std::size_t given = found == values.end() ? 0 : found->second.size();
        if (given != field.All().size()) {
            throw std::runtime_error(name + ": " + std::to_string(given) +
                                     " values where its space has " +
                                     std::to_string(field.All().size()));
        }
        for (std::size_t i = 0; i < given; ++i) {
            const double value = found->second[i];
            if (!IsWithin<T>(value, declared)) {
                throw std::runtime_error(
                    name + "[" + std::to_string(i) + "] = " + physical::message::Number(value) +
                    " is outside its space, [" + physical::message::Number(declared.low) + ", " +
                    physical::message::Number(declared.high) + "]");
            }
            field.All()[i] = static_cast<T>(value);
        }
    }

    /// Bounds are floats for ns3-gym, so that 0.7 lies within [0, 0.7f].
    template <class T>
    static bool IsWithin(double value, const Declared& declared) {
        if (std::is_floating_point_v<T>) {
            const float rounded = static_cast<float>(value);
            return rounded >= static_cast<float>(declared.low) &&
                   rounded <= static_cast<float>(declared.high);
        }
        return value >= declared.low && value <= declared.high;
    }

    void PresetActions() {
        for (const Declared& action : m_actions) {
            std::visit(
                [&](const auto& field) {
                    for (auto& element : field.All()) {
                        element = static_cast<std::decay_t<decltype(element)>>(action.preset);
                    }
                },
                action.field);
        }
    }

    Callback<Ptr<OpenGymSpace>> m_get_action_space;
    Callback<Ptr<OpenGymSpace>> m_get_observation_space;
    Callback<bool> m_get_game_over;
    Callback<Ptr<OpenGymDataContainer>> m_get_observation;
    Callback<float> m_get_reward;
    Callback<bool, Ptr<OpenGymDataContainer>> m_execute;

    std::unique_ptr<physical::Environment> m_environment;
    Ptr<OpenGymSpace> m_observation_space;
    Ptr<OpenGymSpace> m_action_space;
    std::vector<Declared> m_observations;
    std::vector<Declared> m_actions;
    bool m_is_over = false;
};

}  // namespace ns3

#endif
