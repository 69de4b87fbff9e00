// SPDX-License-Identifier: GPL-2.0-only
#include "packet-capture.h"

#include "lte-network.h"
#include "message.h"
#include "settings.h"

#include "ns3/point-to-point-net-device.h"
#include "ns3/trace-helper.h"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace physical {

namespace {

constexpr auto EDGE_FILE = "edge.pcap";

}  // namespace

void PacketCapture::CheckFolder(const std::string& folder) {
    if (folder.empty()) {
        return;
    }
    const std::string setting = "setting output.pcap = " + message::Quote(folder);
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error) || access(folder.c_str(), W_OK) != 0) {
        throw SettingError(setting + ": must be a folder that can be written to");
    }
    if (std::filesystem::exists(std::filesystem::path(folder) / EDGE_FILE, error)) {
        throw SettingError(setting + ": has the captures of another episode (" + EDGE_FILE +
                           "); each episode needs a folder of its own");
    }
}

PacketCapture::PacketCapture(const LteNetwork& network, const std::string& folder) {
    const std::filesystem::path path(folder);
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        // The link to the core comes before those to other base stations (X2).
        Watch(network.Bs()[bs].device->GetNode(), path / ("s1u-bs" + std::to_string(bs) + ".pcap"));
    }
    Watch(network.EdgeNode(), path / EDGE_FILE);
}

/// Whoever drives the simulator ends it after the last slot: what is buffered must be in the files.
PacketCapture::~PacketCapture() {
    for (const auto& file : m_files) {
        file->Close();
    }
}

void PacketCapture::Watch(const ns3::Ptr<ns3::Node>& node, const std::string& file) {
    for (std::uint32_t i = 0; i < node->GetNDevices(); ++i) {
        const auto device = ns3::DynamicCast<ns3::PointToPointNetDevice>(node->GetDevice(i));
        if (device) {
            ns3::PcapHelper helper;
            m_files.push_back(helper.CreateFile(file, std::ios::out, ns3::PcapHelper::DLT_PPP));
            helper.HookDefaultSink(device, "PromiscSniffer", m_files.back());
            return;
        }
    }
    throw std::logic_error("no link to capture at node " + std::to_string(node->GetId()));
}

}  // namespace physical
