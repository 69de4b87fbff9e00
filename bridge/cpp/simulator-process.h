// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_SIMULATOR_PROCESS_H
#define PHYSICAL_SIMULATOR_PROCESS_H

#include <sys/types.h>

#include <cstdint>

/// What a simulator does with itself as a process.
namespace physical {

/// Let the kernel kill this process when the agent ends, at any time and without its help; also
/// when the thread of the agent ends that started us.
/// @param agent_pid the agent, which is our parent
void DieWithAgent(pid_t agent_pid);

/**
 * Fork, as a sibling: the new process is a child of the agent, not of ours.
 *
 * So the agent learns its exit status, reaps it and takes it along in death exactly as it does with
 * a simulator that it started itself, and this process may end without consequence for it. All but
 * the calling thread is lost, as with fork().
 *
 * @return 0 in the new process, its id in the calling one
 * @throws std::system_error if the system refuses
 */
pid_t ForkSibling();

/// Let the memory of this process grow by @p bytes and no further: then std::bad_alloc.
void LimitGrowth(std::uint64_t bytes);

}  // namespace physical

#endif
