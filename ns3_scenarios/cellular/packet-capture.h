// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PACKET_CAPTURE_H
#define PHYSICAL_PACKET_CAPTURE_H

#include "ns3/node.h"
#include "ns3/pcap-file-wrapper.h"
#include "ns3/ptr.h"

#include <string>
#include <vector>

namespace physical {

class LteNetwork;

/// Captures the packets of the wired links while it lives: between each base station and the core
/// (S1-U, with GTP-U), and between the core and the edge.
class PacketCapture {
  public:
    /// @throws SettingError no folder to write to, or one that has captures; empty is fine
    static void CheckFolder(const std::string& folder);

    PacketCapture(const LteNetwork& network, const std::string& folder);
    ~PacketCapture();
    PacketCapture(const PacketCapture&) = delete;
    PacketCapture& operator=(const PacketCapture&) = delete;

  private:
    /// Capture at the first point-to-point device of a node: there both directions are seen.
    void Watch(const ns3::Ptr<ns3::Node>& node, const std::string& file);

    std::vector<ns3::Ptr<ns3::PcapFileWrapper>> m_files;
};

}  // namespace physical

#endif
