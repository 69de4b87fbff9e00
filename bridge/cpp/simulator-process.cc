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

/// PR_SET_PDEATHSIG fires when the *thread* that started us ends; only the end of the whole
/// process counts, which shows in our parent.
void ExitIfOrphan(int /*signal*/) {
    if (getppid() != g_agent_pid) {
        _exit(128 + SIGHUP);
    }
}

/// Ask for the signal; the kernel forgets the wish at every fork.
void WatchAgent() {
    const int death_signal = SIGRTMIN + 1;
    prctl(PR_SET_PDEATHSIG, death_signal);
    ExitIfOrphan(death_signal);  // it may have gone before we asked to be told
}

}  // namespace

void DieWithAgent(pid_t agent_pid) {
    g_agent_pid = agent_pid;
    struct sigaction action{};
    action.sa_handler = ExitIfOrphan;
    action.sa_flags = SA_RESTART;
    sigaction(SIGRTMIN + 1, &action, nullptr);
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
