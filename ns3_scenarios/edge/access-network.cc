// SPDX-License-Identifier: GPL-2.0-only
#include "access-network.h"

#include "ns3/trace-source-accessor.h"

namespace physical {

NS_OBJECT_ENSURE_REGISTERED(AccessNetwork);

ns3::TypeId AccessNetwork::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::AccessNetwork")
            .SetParent<ns3::Object>()
            .AddTraceSource("Arrived",
                            "A user has a link again, or at another base station: user, base "
                            "station.",
                            ns3::MakeTraceSourceAccessor(&AccessNetwork::m_arrived),
                            "physical::AccessNetwork::PlaceCallback")
            .AddTraceSource("Lost",
                            "A user has lost its link: user, base station that served it last.",
                            ns3::MakeTraceSourceAccessor(&AccessNetwork::m_lost),
                            "physical::AccessNetwork::PlaceCallback")
            .AddTraceSource("OutageEnded",
                            "A user that had lost its link has one again: user, for how long it "
                            "had none.",
                            ns3::MakeTraceSourceAccessor(&AccessNetwork::m_outage_ended),
                            "physical::AccessNetwork::OutageCallback");
    return tid;
}

void AccessNetwork::SetNs3Defaults(std::uint32_t /*n_ue*/) {}

void AccessNetwork::SetPresent(std::uint32_t /*ue*/, bool /*present*/) {}

void AccessNetwork::SetShare(std::uint32_t /*ue*/, double /*share*/) {}

}  // namespace physical
