// SPDX-License-Identifier: Apache-2.0
#include "styles.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/font.h"
#include "log.h"
#include "style_picture.h"

// great_wave: "Great Wave"; composition_vii: "Composition VII".
static void make_label(const char *name, char label[ARTEM_NAME_MAX])
{
    snprintf(label, ARTEM_NAME_MAX, "%s", name);
    for (char *word = label; *word;) {
        const size_t length = strcspn(word, "_- "), numeral = strspn(word, "ivx");
        const size_t capitals = numeral == length ? length : 1;
        for (size_t i = 0; i < length && i < capitals; i++)
            word[i] = (char)toupper((unsigned char)word[i]);
        word += length;
        if (*word)
            *word++ = ' ';
    }
}

static int add(void *user, const char *name, const char *path)
{
    struct style_list *list = user;
    struct artem_style *style = NULL;

    if (artem_style_load(path, &style) != ARTEM_OK)
        return 0;
    struct style_entry *entries = realloc(list->entries, ((size_t)list->count + 1) * sizeof *entries);
    if (entries) {
        struct style_entry *entry = &entries[list->count++];
        list->entries = entries;
        *entry = (struct style_entry){0};
        snprintf(entry->name, sizeof entry->name, "%s", name);
        font_fold(style->title, entry->title, sizeof entry->title);
        make_label(name, entry->label);
        style_picture_load(path, "thumb", &entry->thumb);
    }
    artem_style_unref(&style);
    return entries ? 0 : 1;
}

bool styles_load(struct style_list *out)
{
    *out = (struct style_list){0};
    if (artem_library_list(add, out) != ARTEM_OK)
        return demo_error("the styles cannot be listed");
    return out->count > 0 || demo_error("no styles are installed; artem styles --help says where they are looked for");
}

void styles_free(struct style_list *list)
{
    for (int i = 0; i < list->count; i++)
        image_free(&list->entries[i].thumb);
    free(list->entries);
    *list = (struct style_list){0};
}

int styles_find(const struct style_list *list, const char *name)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->entries[i].name, name) == 0)
            return i;
    return -1;
}
