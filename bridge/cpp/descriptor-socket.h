// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_DESCRIPTOR_SOCKET_H
#define PHYSICAL_DESCRIPTOR_SOCKET_H

#include <unistd.h>

#include <array>
#include <optional>
#include <utility>

namespace physical {

/// An open file descriptor that closes itself.
class Descriptor {
  public:
    explicit Descriptor(int fd = -1) : m_fd(fd) {}
    Descriptor(Descriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    ~Descriptor() {
        if (m_fd >= 0) {
            close(m_fd);
        }
    }

    int Get() const { return m_fd; }

  private:
    int m_fd;
};

/// What the agent makes for a branch, in the order in which it is sent.
struct BranchDescriptors {
    Descriptor channel;
    Descriptor records;
    Descriptor control;  ///< the socket over which the branch can be branched in turn
    Descriptor output;   ///< becomes stdout and stderr
};

/// Take the descriptors that wait in @p socket, without waiting for them.
/// @return nothing if there is no message or it holds anything but four descriptors
std::optional<BranchDescriptors> ReceiveBranchDescriptors(int socket);

}  // namespace physical

#endif
