// SPDX-License-Identifier: Apache-2.0
// Messages of the demo app and the viewer, all on standard error, but for what was asked for.
#ifndef ARTEM_DEMO_LOG_H
#define ARTEM_DEMO_LOG_H

#include <stdbool.h>

// The name before every message; borrowed. "artem-demo" until then.
void demo_set_program(const char *name);
const char *demo_program(void);

// "PROGRAM: MESSAGE\n"; always returns false, so that a failing function can end with `return demo_error(...)`.
bool demo_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
// To standard output; false after a message.
bool demo_print(const char *text);
// Like demo_error, printed only after demo_set_verbose(true).
void demo_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));
void demo_set_verbose(bool verbose);

// The same for what the runtime or the device does not offer; demo_refused() tells afterwards.
bool demo_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool demo_refused(void);

#endif
