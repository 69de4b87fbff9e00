// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TASK_SIZE_H
#define PHYSICAL_TASK_SIZE_H

#include "traffic-settings.h"

namespace physical {

/// The distribution of the size of a task between its bounds a and b: uniform; lognormal,
/// truncated; or bounded Pareto, whose distribution function is (1 − (a/x)^α) / (1 − (a/b)^α).
class TaskSize {
  public:
    explicit TaskSize(const TrafficSettings& settings) : m_settings(settings) {}

    /// @param u uniform in [0, 1)
    double QuantileBit(double u) const;
    double MeanBit() const;

  private:
    double LognormalQuantileBit(double u) const;
    double LognormalMeanBit() const;
    /// How many standard deviations the logarithm of a size is above its median's.
    double LognormalScore(double size_bit) const;

    TrafficSettings m_settings;
};

}  // namespace physical

#endif
