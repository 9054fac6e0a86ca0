// SPDX-License-Identifier: Apache-2.0
// What the commands share. Exit status: 0, 1 for an error (one line on standard error), 2 for wrong usage
// (replay and report: 2 also for input that is no good).
#ifndef ARTEM_CLI_H
#define ARTEM_CLI_H

#include "artem/config.h"

enum { CLI_OK = 0, CLI_ERROR = 1, CLI_USAGE = 2 };

// Each gets the command's own name as argv[0], "artem NAME", and its arguments after it.
int cmd_allow(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_deny(int argc, char **argv);
int cmd_disable(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_enable(int argc, char **argv);
int cmd_lab(int argc, char **argv);
int cmd_next(int argc, char **argv);
int cmd_prev(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_toggle(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_pipe(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_styles(int argc, char **argv);
int cmd_stylize(int argc, char **argv);
int cmd_view(int argc, char **argv);

// "artem: error: ..." and CLI_ERROR.
int cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

// "artem NAME: ..., see artem NAME --help" and CLI_USAGE.
int cli_usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

// For commands that have no other options than --json and --help, and no arguments. CLI_OK, -1 after the help, or
// CLI_USAGE after a message.
int cli_parse_json(int argc, char **argv, const char *help, bool *out_json);

// Prints to standard output; CLI_ERROR when that does not arrive (a full disk, a closed pipe).
int cli_finish_output(void);

// Whether both paths lead to one file that is there.
bool cli_same_file(const char *a, const char *b);
// CLI_ERROR after a message if writing `out` would replace the input `in`.
int cli_check_output(const char *out, const char *in);
// Whether there is a style of that name that can be loaded; false after a message.
bool cli_has_style(const char *name);

// Becomes another program of ours, in the folder of this one, else wherever programs are, with these arguments. Returns
// only CLI_ERROR, after a message: `missing` where there is no such program.
int cli_exec_beside(const char *program, char **argv, const char *missing);

// Sets a setting from an option; CLI_USAGE after a message.
int cli_set(const char *command, struct artem_settings *settings, const char *key, const char *value);

#endif
