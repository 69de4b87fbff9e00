// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_EXIT_STATUS_H
#define PHYSICAL_EXIT_STATUS_H

#include <functional>

namespace physical {

/// Do the work of a program, or a part of it; an exception becomes one line on stderr.
/// @return the exit status: 0, 2 (a setting), 4 (no memory) or 3 (anything else)
int ExitStatusOf(const std::function<void()>& work);

}  // namespace physical

#endif
