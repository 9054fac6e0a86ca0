// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_WRITE_QUIETLY_H
#define ARTEM_WRITE_QUIETLY_H

#include <stddef.h>
#include <sys/types.h>

// write(2) that cannot end the process: the signal of a reader that is gone (SIGPIPE) or of a file that reaches the
// process's limit (SIGXFSZ) does not arrive; errno tells. Any thread.
ssize_t artem_write_quietly(int fd, const void *data, size_t size);

#endif
