// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints of trace.h, made in the only file that may
 */
#define CREATE_TRACE_POINTS
#include "trace.h"
