// SPDX-License-Identifier: Apache-2.0
// The pictures to go through: files and folders as the user named them.
#ifndef ARTEM_VIEWER_FILE_LIST_H
#define ARTEM_VIEWER_FILE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct file_list {
    char **paths;
    size_t count, at; // at: the one shown
};

// Files in the order given; of a folder, which is not searched deeper, its pictures by name. One file alone brings the
// other pictures of its folder along. What is no picture is left out: of folders with a message that counts them, else
// with one for each. False, after a message, if nothing is left; then *out is empty.
bool file_list_make(char *const *names, size_t count, struct file_list *out);
void file_list_free(struct file_list *list);
// Drops the current one, as unreadable. False if none is left.
bool file_list_drop(struct file_list *list);

#endif
