// SPDX-License-Identifier: GPL-2.0-only
#include "ppdu-part.h"

#include "ns3/wifi-phy.h"

namespace physical {

double PartOfChannel(const ns3::WifiTxVector& vector, std::uint16_t sta_id) {
    if (!vector.IsMu()) {
        return 1;
    }
    const ns3::HeRu::RuType unit = vector.GetRu(sta_id).GetRuType();
    return ns3::HeRu::GetBandwidth(unit) / vector.GetChannelWidth();
}

PpduPart FirstPart(const ns3::WifiConstPsduMap& psdus,
                   const ns3::WifiTxVector& vector,
                   ns3::WifiPhyBand band) {
    const auto& [sta_id, psdu] = *psdus.begin();
    const ns3::Time duration = ns3::WifiPhy::CalculateTxDuration(psdus, vector, band);
    const double part = PartOfChannel(vector, sta_id);
    return {psdu, sta_id, duration, part == 1 ? duration : duration * part};
}

}  // namespace physical
