// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_SCHEMA_H
#define PHYSICAL_SCHEMA_H

#include "field.h"
#include "table.h"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace physical {

/// All fields and tables of a scenario, each declared once. Python's spaces, the documentation and
/// the memory layout come from it.
class Schema {
  public:
    explicit Schema(std::string scenario) : m_scenario(std::move(scenario)) {}

    template <class T>
    Field<T> Observation(FieldSpec spec) {
        return Field<T>(
            &Declare(m_observations, m_observation_bytes, std::move(spec), DtypeOf<T>::VALUE));
    }

    template <class T>
    Field<T> Action(FieldSpec spec) {
        return Field<T>(&Declare(m_actions, m_action_bytes, std::move(spec), DtypeOf<T>::VALUE));
    }

    /// Declare an action that agents of this field expect but that this configuration cannot
    /// enforce: sending it is refused with @p reason, never silently ignored.
    void Refuse(const std::string& action, const std::string& reason);

    Table& AddTable(std::string name, std::string help, std::vector<Column> columns);

    /// Say what the reward of a slot is.
    void DescribeReward(std::string unit, std::string help);

    /// Name the access network whose fields these are, e.g. "lte": Python has a model of each.
    void DescribeRadio(std::string radio) { m_radio = std::move(radio); }

    /// The declarations as JSON: what travels in the handshake.
    std::string ToJson() const;

    std::size_t ObservationBytes() const { return m_observation_bytes; }
    std::size_t ActionBytes() const { return m_action_bytes; }
    std::deque<Table>& Tables() { return m_tables; }

    /// Give every field its place in memory; constant fields get their values.
    void Attach(std::byte* observations, std::byte* actions);

    /// Bring every observation into its declared bounds.
    /// @throws std::runtime_error on NaN, naming field and index: a NaN is a bug of the scenario
    void SaturateObservations();

    /// There is nothing to observe of one element of an axis: every observation that begins with
    /// this axis and can be missing is.
    void MarkMissing(const std::string& axis, std::size_t index);

    /// Give every action of Timescale::FRAME the value that it had in the first slot of the frame.
    /// @param starts_frame whether this slot is the first one: then its values are kept
    void KeepFrameActions(bool starts_frame);

    /// @return what is wrong with the action in memory (field, index, value, limit), or nothing
    std::optional<std::string> FindInvalidAction() const;

  private:
    friend class DeclarationWriter;

    struct Refusal {
        std::string action;
        std::string reason;
    };

    FieldEntry& Declare(std::deque<FieldEntry>& group,
                        std::size_t& group_bytes,
                        FieldSpec spec,
                        Dtype dtype);
    void CheckAxis(const FieldSpec& spec, const Axis& axis);

    std::string m_scenario;
    std::string m_radio;                    ///< empty: none
    std::vector<Axis> m_axes;               ///< those that have a name
    std::deque<FieldEntry> m_observations;  // a deque: Field<T> points into it
    std::deque<FieldEntry> m_actions;
    std::deque<Table> m_tables;
    std::vector<Refusal> m_refusals;
    std::size_t m_observation_bytes = 0;
    std::size_t m_action_bytes = 0;
    std::string m_reward_unit = "1";
    std::string m_reward_help = "none: always 0";
};

}  // namespace physical

#endif
