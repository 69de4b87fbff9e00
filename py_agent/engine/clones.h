// SPDX-License-Identifier: MIT
#pragma once

// On a hot loop: compiled for several processors, of which the program takes its own. Results are
// the same on all, for no operations are fused or reordered.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define TWIN_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define TWIN_CLONES
#endif
