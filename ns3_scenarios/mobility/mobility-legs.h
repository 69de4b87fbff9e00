// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MOBILITY_LEGS_H
#define PHYSICAL_MOBILITY_LEGS_H

#include "area.h"

#include "ns3/mobility-model.h"
#include "ns3/nstime.h"

namespace physical {

/**
 * A movement made of legs of constant velocity, mirrored at the edges of the area.
 *
 * Legs are made when somebody asks for the position, not by events, and positions are computed from
 * the start of a leg: they do not depend on who asks how often.
 */
class LegMobilityModel : public ns3::MobilityModel {
  public:
    static ns3::TypeId GetTypeId();

    LegMobilityModel(const Area& area, double height_m);

  protected:
    struct Leg {
        ns3::Vector from;
        ns3::Vector velocity;
        double duration_s = 0;
    };

    /// @return the first leg, from ns-3 time 0 on
    virtual Leg FirstLeg() const = 0;
    /// @param at end of the last leg
    /// @param velocity its velocity there
    virtual Leg NextLeg(const ns3::Vector& at, const ns3::Vector& velocity) const = 0;

    const Area& UserArea() const { return m_area; }
    double HeightM() const { return m_height_m; }

  private:
    ns3::Vector DoGetPosition() const override;
    ns3::Vector DoGetVelocity() const override;
    void DoSetPosition(const ns3::Vector& position) override;

    /// Make legs until the present one holds now. @return time since its start
    double Advance() const;
    ns3::Vector PositionAfter(double time_s) const;
    ns3::Vector VelocityAfter(double time_s) const;

    Area m_area;
    double m_height_m;
    mutable Leg m_leg;
    mutable ns3::Time m_start;
    mutable bool m_started = false;
};

}  // namespace physical

#endif
