// SPDX-License-Identifier: Apache-2.0
#include "file_list.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image.h"
#include "log.h"

static bool append(struct file_list *list, const char *path)
{
    char **paths = realloc(list->paths, (list->count + 1) * sizeof *paths);

    if (!paths)
        return demo_error("out of memory");
    list->paths = paths;
    if (!(paths[list->count] = strdup(path)))
        return demo_error("out of memory");
    list->count++;
    return true;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool add_folder(struct file_list *list, const char *folder, bool tell)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, visible, versionsort);
    const size_t before = list->count;
    int skipped = 0;
    bool good = true;

    if (count < 0)
        return demo_error("%s: %m", folder);
    for (int i = 0; i < count; i++) {
        char path[4096];
        struct stat st;
        const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
        const bool fits = snprintf(path, sizeof path, "%s%s%s", folder, slash, entries[i]->d_name) < (int)sizeof path;
        if (good && fits && image_is_picture(path))
            good = append(list, path);
        else if (!fits || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
            skipped++;
        free(entries[i]);
    }
    free(entries);
    if (tell && list->count == before)
        return demo_error("%s: there is no PNG or JPEG picture in this folder", folder);
    if (tell && skipped > 0)
        demo_error("%s: %d file%s no PNG or JPEG picture: skipped", folder, skipped, skipped == 1 ? " is" : "s are");
    return good;
}

// The folder's other pictures around the one file that was named.
static bool add_siblings(struct file_list *list, const char *file)
{
    char folder[4096];
    const char *slash = strrchr(file, '/');
    struct stat wanted, st;

    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - file) + 1 : 2, slash ? file : "./");
    if (stat(file, &wanted) != 0 || !add_folder(list, folder, false))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (stat(list->paths[i], &st) == 0 && st.st_ino == wanted.st_ino && st.st_dev == wanted.st_dev) {
            list->at = i;
            return true;
        }
    return false;
}

bool file_list_make(char *const *names, size_t count, struct file_list *out)
{
    bool good = true;

    *out = (struct file_list){0};
    for (size_t i = 0; good && i < count; i++) {
        struct stat st;
        if (stat(names[i], &st) != 0)
            demo_error("%s: %m", names[i]);
        else if (S_ISDIR(st.st_mode))
            add_folder(out, names[i], true);
        else if (!image_is_picture(names[i]))
            demo_error("%s: not a PNG or JPEG picture", names[i]);
        else if (count > 1 || !add_siblings(out, names[i])) {
            if (count == 1)
                file_list_free(out);
            good = append(out, names[i]);
        }
    }
    if (good && out->count > 0)
        return true;
    file_list_free(out);
    return false;
}

void file_list_free(struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (struct file_list){0};
}

bool file_list_drop(struct file_list *list)
{
    free(list->paths[list->at]);
    memmove(list->paths + list->at, list->paths + list->at + 1, (list->count - list->at - 1) * sizeof *list->paths);
    list->count--;
    if (list->at >= list->count)
        list->at = 0;
    return list->count > 0;
}
