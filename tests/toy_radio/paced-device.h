// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PACED_DEVICE_H
#define PHYSICAL_PACED_DEVICE_H

#include "ns3/address.h"
#include "ns3/error-model.h"
#include "ns3/packet.h"
#include "ns3/queue.h"
#include "ns3/simple-net-device.h"

#include <cstdint>
#include <functional>
#include <utility>

namespace physical {

/// A device that sends a packet when somebody else says.
class PacedDevice : public ns3::SimpleNetDevice {
  public:
    using Pace = std::function<void(std::uint32_t bytes, std::function<void()> send)>;

    explicit PacedDevice(Pace pace) : m_pace(std::move(pace)) {}

    bool SendFrom(ns3::Ptr<ns3::Packet> packet,
                  const ns3::Address& source,
                  const ns3::Address& destination,
                  std::uint16_t protocol) override {
        m_pace(packet->GetSize(), [this, packet, source, destination, protocol] {
            SimpleNetDevice::SendFrom(packet, source, destination, protocol);
        });
        return true;
    }

  private:
    Pace m_pace;
};

}  // namespace physical

#endif
