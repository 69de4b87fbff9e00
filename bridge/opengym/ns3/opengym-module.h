// SPDX-License-Identifier: GPL-2.0-only
// The C++ interface of ns3-gym over this bridge, so that an environment that was written for it
// compiles as it is. Written from its documented interface.
#ifndef OPENGYM_MODULE_H
#define OPENGYM_MODULE_H

#include "../opengym-containers.h"
#include "../opengym-env.h"
#include "../opengym-interface.h"
#include "../opengym-spaces.h"

#endif
