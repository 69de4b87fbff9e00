// SPDX-License-Identifier: MIT
#include "descriptor-socket.h"

#include <sys/socket.h>

#include <cstddef>
#include <cstring>
#include <vector>

namespace physical {

std::optional<BranchDescriptors> ReceiveBranchDescriptors(int socket) {
    constexpr std::size_t EXPECTED = 4;
    char byte = 0;
    iovec data{&byte, sizeof byte};
    alignas(cmsghdr) std::byte control[CMSG_SPACE(EXPECTED * sizeof(int))];
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0) {
        return std::nullopt;
    }
    std::vector<Descriptor> received;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
            const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
                received.emplace_back(fd);
            }
        }
    }
    if (received.size() != EXPECTED || (message.msg_flags & MSG_CTRUNC) != 0) {
        return std::nullopt;
    }
    return BranchDescriptors{std::move(received[0]), std::move(received[1]), std::move(received[2]),
                             std::move(received[3])};
}

}  // namespace physical
