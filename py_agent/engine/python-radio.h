// SPDX-License-Identifier: MIT
#pragma once

#include "radio.h"

#include <nanobind/nanobind.h>

namespace twin {

/// A radio whose laws are methods of a Python object, `RadioModel` of py_agent.twin.rollout.radio:
/// asked for the whole batch at once, per slot and per measurement.
class PythonRadio : public Radio {
  public:
    explicit PythonRadio(nanobind::object model) : m_model(std::move(model)) {}

    std::size_t BlockSize() const override;
    double LargestBps() const override;
    void Resize(std::size_t batch, std::size_t n_ue) override;
    void Start(State& state, std::size_t rollout) override;
    void Serve(State&, Rows) override {}
    void Advance(State& state, Rows rows, double by_s) override;
    void Watch(State& state, Rows rows, double by_s, std::vector<Outage>& failed) override;
    void PredictFailures(const State& state, std::vector<Handover>& handovers) override;
    void Reassociate(State& state, std::size_t user, Change change, bool moved) override;
    void Rates(State& state, Rows rows, Senders& senders, Way way) override;
    void Sent(State& state, Rows rows, const Senders& senders, Way way) override;
    void CopyFrom(std::size_t rollout, const Radio& other, std::size_t row) override;

    /// Strengths of all links as they are now.
    void Measure(State& state) const;

    nanobind::object Model() const { return m_model; }

  private:
    nanobind::object m_model;
};

}  // namespace twin
