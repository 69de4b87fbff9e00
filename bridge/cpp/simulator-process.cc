// SPDX-License-Identifier: MIT
#include "simulator-process.h"

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <system_error>

namespace physical {

namespace {

pid_t g_agent_pid = 0;

/// Ask to be killed with the agent; the kernel forgets the wish at every fork. SIGKILL alone ends a
/// stopped process. It comes when the *thread* ends that started us: agents keep one for that.
void WatchAgent() {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != g_agent_pid) {  // it may have gone before we asked to be told
        _exit(128 + SIGHUP);
    }
}

}  // namespace

void DieWithAgent(pid_t agent_pid) {
    g_agent_pid = agent_pid;
    if (getppid() != agent_pid) {
        std::cerr << "error: the agent did not start this program itself, or has ended; "
                     "a script that starts it must use exec"
                  << std::endl;
    }
    WatchAgent();
}

pid_t ForkSibling() {
    // What is still buffered would be written by both.
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);
    // fork() has no CLONE_PARENT. The C library notes the thread's id in its own memory and leaves
    // the address with the kernel (null where the kernel does not tell): the new id belongs there.
    int* thread_id = nullptr;
    prctl(PR_GET_TID_ADDRESS, &thread_id);
    const auto noted = thread_id != nullptr ? CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID : 0;
    const long pid =
        syscall(SYS_clone, CLONE_PARENT | noted | SIGCHLD, nullptr, nullptr, thread_id, nullptr);
    if (pid < 0) {
        throw std::system_error(errno, std::generic_category(), "cannot fork");
    }
    if (pid == 0) {
        setpgid(0, 0);  // the agent ends a simulator by its process group
        WatchAgent();
    }
    return static_cast<pid_t>(pid);
}

void LimitGrowth(std::uint64_t bytes) {
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit limit{};
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = std::min<rlim_t>(
        limit.rlim_max, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) + bytes);
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot limit the memory");
    }
}

}  // namespace physical
