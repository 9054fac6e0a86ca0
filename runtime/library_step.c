// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "artem/model.h"

// The neighbours of a name in the sorted list.
struct neighbours {
    const char *name;
    char first[ARTEM_NAME_MAX], last[ARTEM_NAME_MAX], before[ARTEM_NAME_MAX], after[ARTEM_NAME_MAX];
};

static int look(void *user, const char *name, const char *path)
{
    struct neighbours *n = user;
    const int order = strcmp(name, n->name);
    struct artem_style *style = NULL;

    (void)path;
    if (artem_library_load_blend(name, "", 0, &style) != ARTEM_OK)
        return 0; // nobody could use it
    artem_style_unref(&style);
    if (n->first[0] == '\0')
        snprintf(n->first, sizeof n->first, "%s", name);
    snprintf(n->last, sizeof n->last, "%s", name);
    if (order < 0)
        snprintf(n->before, sizeof n->before, "%s", name);
    if (order > 0 && n->after[0] == '\0')
        snprintf(n->after, sizeof n->after, "%s", name);
    return 0;
}

enum artem_result artem_library_step(const char *style_name, bool forwards, char out_name[ARTEM_NAME_MAX])
{
    struct neighbours n = {.name = style_name};
    const enum artem_result result = artem_library_list(look, &n);

    if (result != ARTEM_OK)
        return result;
    if (n.first[0] == '\0')
        return ARTEM_ERROR_NOT_FOUND;
    const char *beyond = forwards ? n.after : n.before, *round = forwards ? n.first : n.last;
    memcpy(out_name, beyond[0] != '\0' ? beyond : round, ARTEM_NAME_MAX);
    return ARTEM_OK;
}
