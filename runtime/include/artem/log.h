// SPDX-License-Identifier: Apache-2.0
// Log lines of the whole product. Thread-safe; a line is written with one write(2). Levels are defined by what they mean to the user.
#ifndef ARTEM_LOG_H
#define ARTEM_LOG_H

enum artem_log_level {
    ARTEM_LOG_ERROR = 0,  // something the user asked for does not work
    ARTEM_LOG_WARN = 1,   // it works, but not as asked (fallback, pass-through)
    ARTEM_LOG_INFO = 2,   // start, style changes, end: a few lines per session (default)
    ARTEM_LOG_DEBUG = 3,  // for bug reports
};

// Reads ARTEM_LOG ("error".."debug", or "LEVEL:FILE" to append to a file instead of standard error). Idempotent. Ignored in
// privileged (AT_SECURE) processes. Never fails: an unwritable file means standard error and one warning.
void artem_log_init(void);

// Writes "artem: LEVEL: text\n". Calls before artem_log_init use the defaults.
void artem_log(enum artem_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Rate limit for messages that a fault could repeat every frame: true the first time for this counter and then at powers of two.
// The caller owns *counter (starts at 0); safe from several threads.
int artem_log_once_in_a_while(unsigned *counter);

#endif
