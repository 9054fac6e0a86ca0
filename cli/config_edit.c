// SPDX-License-Identifier: Apache-2.0
#include "config_edit.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/file.h"
#include "cli.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

enum { FILE_MAX_BYTES = 1 << 20, LINKS_MAX = 40 };

const char *config_edit_section(const char *command, const char *app, const char *exe)
{
    static char section[512];
    const char *name = app != NULL ? app : exe;

    if (app != NULL && exe != NULL)
        return cli_usage_error(command, "--app and --exe exclude each other"), NULL;
    if (name == NULL)
        return "artem";
    if (name[0] == '\0' || strlen(name) > 255 || strpbrk(name, "]\n\r") != NULL || isspace((unsigned char)name[0]) ||
        isspace((unsigned char)name[strlen(name) - 1]))
        return cli_usage_error(command, "'%s' cannot be the name of a section", name), NULL;
    snprintf(section, sizeof section, "%s:%s", app != NULL ? "app" : "exe", name);
    return section;
}

// Empty where there is no file; NULL after a message.
static char *read_text(const char *path)
{
    char *text = NULL;
    size_t size;
    const enum artem_result result = artem_file_read(path, FILE_MAX_BYTES, &text, &size);

    if (result == ARTEM_OK)
        return text;
    if (result != ARTEM_ERROR_IO)
        cli_error("%s: %s", path, artem_result_string(result));
    else if (errno != ENOENT)
        cli_error("%s: %m", path);
    else if ((text = calloc(1, 1)) == NULL)
        cli_error("out of memory");
    return text;
}

// What artem.conf's syntax takes for the same text: without blanks around it, in either case.
static bool is_same(const char *from, const char *to, const char *wanted, size_t length)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    return (size_t)(to - from) == length && strncasecmp(from, wanted, length) == 0;
}

// Whether the line begins a section, and whether that is the one wanted: "kind" or "kind:name".
static bool begins_section(const char *line, size_t length, const char *wanted, bool *out_is_wanted)
{
    const char *name = strchr(wanted, ':');

    while (length > 0 && isspace((unsigned char)*line)) {
        line++;
        length--;
    }
    if (length == 0 || *line != '[')
        return false;
    const char *end = artem_config_section_end(line, length);
    *out_is_wanted = false;
    if (end == NULL)
        return true;
    const char *colon = memchr(line, ':', (size_t)(end - line));
    if (name == NULL)
        *out_is_wanted = colon == NULL && is_same(line + 1, end, wanted, strlen(wanted));
    else
        *out_is_wanted = colon != NULL && is_same(line + 1, colon, wanted, (size_t)(name - wanted)) &&
                         is_same(colon + 1, end, name + 1, strlen(name + 1));
    return true;
}

static bool has_key(const char *line, size_t length, const char *key)
{
    const size_t size = strlen(key);

    while (length > 0 && isspace((unsigned char)*line)) {
        line++;
        length--;
    }
    if (length <= size || strncasecmp(line, key, size) != 0)
        return false;
    for (line += size, length -= size; length > 0 && isspace((unsigned char)*line); length--)
        line++;
    return length > 0 && *line == '=';
}

// What follows the value: a comment after a blank. A quoted value may hold both.
static const char *find_comment(const char *line, size_t length, size_t *out_length)
{
    const char *end = line + length, *at = memchr(line, '=', length);
    bool quoted = false;

    for (at = at != NULL ? at + 1 : end; at < end; at++) {
        if (*at == '"')
            quoted = !quoted;
        if (!quoted && (*at == '#' || *at == ';') && isspace((unsigned char)at[-1])) {
            while (isspace((unsigned char)at[-1]) && at[-1] != '=')
                at--;
            break;
        }
    }
    *out_length = (size_t)(end - at);
    return at;
}

// Where in the text a section ends, which may come several times: behind its last line that is not blank.
struct place {
    bool found;
    size_t end;
    bool has_line;
    size_t line, line_end; // of the last line with the key, without its line end
    size_t header;         // above that line
    bool alone;            // nothing else is below that header
};

static struct place find_place(const char *text, const char *section, const char *key)
{
    struct place place = {.found = false};
    bool inside = false, others = false; // since the latest header
    size_t header = 0;

    for (size_t at = strncmp(text, BYTE_ORDER_MARK, 3) == 0 ? 3 : 0; text[at] != '\0';) {
        const char *newline = strchr(text + at, '\n');
        const size_t length = newline != NULL ? (size_t)(newline - text) - at : strlen(text + at);
        bool wanted, blank = true;
        for (size_t i = 0; i < length; i++)
            blank = blank && isspace((unsigned char)text[at + i]);
        if (begins_section(text + at, length, section, &wanted)) {
            inside = wanted;
            header = at;
            others = false;
            place.found = place.found || wanted;
            if (wanted)
                place.end = at + length;
        } else if (inside && !blank) {
            place.end = at + length;
            if (has_key(text + at, length, key)) {
                place.has_line = true;
                place.line = at;
                place.line_end = at + length;
                place.header = header;
            } else {
                others = true;
            }
            if (place.has_line && place.header == header)
                place.alone = !others;
        }
        at += length + (newline != NULL);
    }
    return place;
}

// A value that the file's syntax would take apart stands in quotes.
static bool needs_quotes(const char *value)
{
    return value[0] != '\0' && (strpbrk(value, "#;\"") != NULL || isspace((unsigned char)value[0]) ||
                                isspace((unsigned char)value[strlen(value) - 1]));
}

// The text with bytes from `begin` to `end` replaced.
static char *replace(const char *text, size_t begin, size_t end, const char *by)
{
    char *out = malloc(begin + strlen(by) + strlen(text + end) + 1);

    if (out == NULL) {
        cli_error("out of memory");
        return NULL;
    }
    memcpy(out, text, begin);
    strcpy(out + begin, by);
    strcat(out + begin, text + end);
    return out;
}

static char *with_value(const char *text, const char *section, const char *key, const char *value)
{
    const struct place place = find_place(text, section, key);
    const char *quote = needs_quotes(value) ? "\"" : "";
    char *line = malloc(strlen(section) + strlen(key) + strlen(value) + strlen(text) + 64), *out;

    if (line == NULL) {
        cli_error("out of memory");
        return NULL;
    }
    if (place.has_line) {
        size_t length;
        const char *comment = find_comment(text + place.line, place.line_end - place.line, &length);
        sprintf(line, "%s = %s%s%s%.*s", key, quote, value, quote, (int)length, comment);
        out = replace(text, place.line, place.line_end, line);
    } else if (place.found) {
        sprintf(line, "\n%s = %s%s%s", key, quote, value, quote);
        out = replace(text, place.end, place.end, line);
    } else {
        const size_t size = strlen(text);
        sprintf(line, "%s%s[%s]\n%s = %s%s%s\n", size > 0 && text[size - 1] != '\n' ? "\n" : "", size > 0 ? "\n" : "",
                section, key, quote, value, quote);
        out = replace(text, size, size, line);
    }
    free(line);
    return out;
}

static char *without_line(const char *text, const struct place *at)
{
    const struct place place = *at;
    size_t begin = place.line, end = place.line_end;

    if (place.alone) { // with its header, and blank lines before it
        begin = place.header;
        while (begin > 1 && text[begin - 1] == '\n' && text[begin - 2] == '\n')
            begin--;
    }
    end += text[end] == '\n';
    return replace(text, begin, end, "");
}

// However often it is there.
static char *without_key(const char *text, const char *section, const char *key)
{
    char *rest = replace(text, 0, 0, "");

    while (rest != NULL) {
        const struct place place = find_place(rest, section, key);
        if (!place.has_line)
            break;
        char *less = without_line(rest, &place);
        free(rest);
        rest = less;
    }
    return rest;
}

// The file that a path leads to, also where a link names one that is not there yet.
static void follow_links(const char *path, char out[PATH_MAX])
{
    char target[PATH_MAX];

    snprintf(out, PATH_MAX, "%s", path);
    for (int links = 0; links < LINKS_MAX; links++) {
        const ssize_t length = readlink(out, target, sizeof target - 1);
        if (length <= 0)
            return;
        target[length] = '\0';
        char *slash = strrchr(out, '/');
        const size_t folder = target[0] != '/' && slash != NULL ? (size_t)(slash - out) + 1 : 0;
        snprintf(out + folder, PATH_MAX - folder, "%s", target);
    }
}

// Through a symbolic link, which stays one.
static int write_text(const char *path, const char *text)
{
    char real[PATH_MAX];
    struct stat st;

    follow_links(path, real);
    if (!artem_file_make_folders(real, 0755))
        return cli_error("%s: its folder cannot be made: %m", real);
    // The log says which line is wrong.
    if (artem_config_check(path, text, strlen(text)) != ARTEM_OK)
        return CLI_ERROR;
    const unsigned mode = stat(real, &st) == 0 ? st.st_mode & 0777 : 0644;
    if (!artem_file_replace(real, text, strlen(text), mode))
        return cli_error("%s: %m", real);
    return CLI_OK;
}

// Held against other commands that change the file at the same time: the folder, since the file is replaced. -1 where
// it cannot be: then without.
static int lock_folder_of(const char *path)
{
    const int length = (int)artem_path_folder(path);
    char folder[ARTEM_PATH_MAX];

    snprintf(folder, sizeof folder, "%.*s", length > 0 ? length : 1, length > 0 ? path : ".");
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    return fd;
}

static int edit_locked(const char *path, const char *section, const char *key, const char *value)
{
    struct artem_settings settings;
    const enum artem_result result = artem_config_load(&(struct artem_config_params){0}, &settings, NULL);
    char *text, *changed;

    if (result != ARTEM_OK && result != ARTEM_ERROR_NOT_FOUND)
        return cli_error("%s: mend it first", path);
    text = read_text(path);
    if (text == NULL)
        return CLI_ERROR;
    changed = value != NULL ? with_value(text, section, key, value) : without_key(text, section, key);
    const int status = changed == NULL ? CLI_ERROR : strcmp(text, changed) == 0 ? CLI_OK : write_text(path, changed);
    free(changed);
    free(text);
    return status;
}

static int edit(const char *section, const char *key, const char *value)
{
    struct artem_settings settings;
    char path[ARTEM_PATH_MAX];

    artem_config_load(&(struct artem_config_params){.quiet = true}, &settings, path);
    if (path[0] == '\0')
        return cli_error("there is no place to look for artem.conf: neither HOME nor XDG_CONFIG_HOME is set");
    if (value != NULL && !artem_file_make_folders(path, 0755))
        return cli_error("%s: its folder cannot be made: %m", path);
    const int lock = lock_folder_of(path);
    const int status = edit_locked(path, section, key, value);
    if (lock >= 0)
        close(lock);
    return status;
}

int config_edit_set(const char *section, const char *key, const char *value)
{
    if (strpbrk(value, "\n\r") != NULL)
        return cli_error("%s: a value is one line", key);
    return edit(section, key, value);
}

int config_edit_remove(const char *section, const char *key)
{
    return edit(section, key, NULL);
}
