// SPDX-License-Identifier: Apache-2.0
// What --help prints.
#ifndef ARTEM_LAB_OPTIMIZE_HELP_H
#define ARTEM_LAB_OPTIMIZE_HELP_H

extern const char optimize_help[], optimize_measure_help[];

#endif
