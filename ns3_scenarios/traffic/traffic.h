// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TRAFFIC_H
#define PHYSICAL_TRAFFIC_H

#include "schema.h"
#include "task-source.h"
#include "task-trace.h"
#include "traffic-class.h"
#include "traffic-settings.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace physical {

/// Makes the task source of every user, after the settings `traffic.…` of its class.
class Traffic {
  public:
    /// Reads the trace, if the model is one.
    /// @param duration_s from the first slot to the end of the run
    /// @throws SettingError if a setting or the trace does not fit
    Traffic(const TrafficSettings& settings, std::uint32_t n_ue, double duration_s);

    /// @param first_stream the user's ns-3 random streams; TaskSource::STREAMS of them are used
    std::unique_ptr<TaskSource> Make(std::uint32_t ue,
                                     std::int64_t first_stream,
                                     TaskSource::Emit emit) const;

    /// Which class each user is of, and their names; declared where there are any.
    void DeclareClass(Schema& schema) const;

  private:
    std::vector<TrafficClass> m_classes;
    std::vector<std::size_t> m_class;  ///< [n_ue], into m_classes
    double m_duration_s;
    TaskTrace m_trace;            ///< only with traffic.model = trace
    double m_mean_trace_bit = 0;  ///< of all its users
};

}  // namespace physical

#endif
