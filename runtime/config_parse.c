// SPDX-License-Identifier: Apache-2.0
// The INI syntax of artem.conf. Every value of the file is checked, also in sections of other apps, so that a typing
// error is seen at once; sections are applied in the order [artem], [app:...], [exe:...], wherever they stand.
#include "config_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MAX_LINE = 2048 };

// What a section means for this process.
enum scope { SCOPE_ARTEM, SCOPE_APP, SCOPE_EXE, SCOPE_OTHER, SCOPE_UNKNOWN, SCOPE_NONE };

struct parser {
    const char *label, *app_name, *exe_name;
    struct artem_config_report *report;
    unsigned line;
    unsigned ignored; // unknown keys and sections
    enum scope section;
};

static enum artem_result __attribute__((format(printf, 2, 3))) fail(struct parser *p, const char *format, ...)
{
    char *out = p->report->error;
    int head = snprintf(out, sizeof p->report->error, "%.80s:%u: ", p->label, p->line);
    va_list args;

    va_start(args, format);
    vsnprintf(out + head, sizeof p->report->error - (size_t)head, format, args);
    va_end(args);
    return ARTEM_ERROR_FORMAT;
}

static void ignore(struct parser *p, const char *what, const char *name)
{
    if (p->ignored++ == 0)
        snprintf(p->report->warning, sizeof p->report->warning, "%.80s:%u: unknown %s '%.80s' is ignored", p->label,
                 p->line, what, name);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static char *trim(char *text)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        text[--length] = '\0';
    return text;
}

// A comment ends a value only after a blank, so that paths may contain # and ;.
static void cut_comment(char *text)
{
    for (char *c = text; *c; c++)
        if ((*c == '#' || *c == ';') && (c == text || is_blank(c[-1]))) {
            *c = '\0';
            return;
        }
}

static enum scope named_scope(const char *wanted, const char *given, enum scope scope)
{
    return given && strcasecmp(wanted, given) == 0 ? scope : SCOPE_OTHER;
}

const char *artem_config_section_end(const char *line, size_t length)
{
    const char *const behind = line + length;

    for (const char *end = memchr(line, ']', length); end; end = memchr(end + 1, ']', (size_t)(behind - end - 1))) {
        const char *rest = end + 1;
        while (rest < behind && is_blank(*rest))
            rest++;
        if (rest == behind || *rest == '#' || *rest == ';')
            return end;
    }
    return NULL;
}

static enum artem_result parse_section(struct parser *p, char *text)
{
    const char *end = artem_config_section_end(text, strlen(text));

    if (!end)
        return fail(p, strchr(text, ']') ? "text after ]" : "a section begins with [ but does not end with ]");
    text[end - text] = '\0';
    text = trim(text + 1);

    char *name = strchr(text, ':');
    if (name)
        *name++ = '\0';
    const char *kind = trim(text);
    if (!name && strcasecmp(kind, "artem") == 0) {
        p->section = SCOPE_ARTEM;
    } else if (name && strcasecmp(kind, "app") == 0) {
        p->section = named_scope(trim(name), p->app_name, SCOPE_APP);
    } else if (name && strcasecmp(kind, "exe") == 0) {
        p->section = named_scope(trim(name), p->exe_name, SCOPE_EXE);
    } else {
        p->section = SCOPE_UNKNOWN;
        ignore(p, "section", kind);
    }
    return ARTEM_OK;
}

// Text between quotes is taken as it is.
static char *parse_value(char *text)
{
    text = trim(text);
    char *quote = text[0] == '"' ? strchr(text + 1, '"') : NULL;
    if (quote) {
        cut_comment(quote + 1);
        if (*trim(quote + 1) == '\0') {
            *quote = '\0';
            return text + 1;
        }
    }
    cut_comment(text);
    return trim(text);
}

static enum artem_result parse_line(struct parser *p, char *text, struct artem_settings *settings, enum scope scope)
{
    text = trim(text);
    if (text[0] == '\0' || text[0] == '#' || text[0] == ';')
        return ARTEM_OK;
    if (text[0] == '[')
        return parse_section(p, text);

    char *equals = strchr(text, '=');
    if (!equals)
        return fail(p, "expected KEY = VALUE, got '%.80s'", text);
    *equals = '\0';
    const char *key = trim(text), *value = parse_value(equals + 1);
    if (p->section == SCOPE_NONE)
        return fail(p, "%.80s: stands before the first section, such as [artem]", key);
    if (p->section == SCOPE_UNKNOWN)
        return ARTEM_OK;

    char error[256] = "";
    struct artem_settings unused;
    struct artem_settings *target = p->section == scope ? settings : &unused;
    enum artem_result result = artem_settings_set(target, key, value, error, sizeof error);
    if (result == ARTEM_ERROR_NOT_FOUND) {
        ignore(p, "key", key);
        return ARTEM_OK;
    }
    return result == ARTEM_OK ? ARTEM_OK : fail(p, "%.80s: %s", key, error);
}

// One pass over the text, which applies the sections of one scope and checks all.
static enum artem_result parse_pass(struct parser *p, const char *text, size_t size, struct artem_settings *settings,
                                    enum scope scope)
{
    const char *end = text + size;
    char line[MAX_LINE + 1];

    p->line = 0;
    p->ignored = 0;
    p->section = SCOPE_NONE;
    while (text < end) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((next ? next : end) - text);
        p->line++;
        if (length > MAX_LINE)
            return fail(p, "the line is longer than %d bytes", MAX_LINE);
        if (memchr(text, '\0', length))
            return fail(p, "the line contains a NUL byte; is this a text file?");
        memcpy(line, text, length);
        line[length] = '\0';
        enum artem_result result = parse_line(p, line, settings, scope);
        if (result != ARTEM_OK)
            return result;
        text += length + (next != NULL);
    }
    return ARTEM_OK;
}

enum artem_result artem_config_parse(const char *text, size_t size, const char *label, const char *app_name,
                                     const char *exe_name, struct artem_settings *out_settings,
                                     struct artem_config_report *out_report)
{
    static const char byte_order_mark[3] = "\xEF\xBB\xBF";
    struct artem_settings settings;
    struct parser p = {.label = label, .app_name = app_name, .exe_name = exe_name, .report = out_report};

    memset(out_report, 0, sizeof *out_report);
    artem_settings_default(&settings);
    if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        size -= 3;
    }
    for (int scope = SCOPE_ARTEM; scope <= SCOPE_EXE; scope++) {
        enum artem_result result = parse_pass(&p, text, size, &settings, (enum scope)scope);
        if (result != ARTEM_OK)
            return result;
    }
    size_t used = strlen(out_report->warning);
    if (p.ignored > 1)
        snprintf(out_report->warning + used, sizeof out_report->warning - used, " (and %u more)", p.ignored - 1);
    *out_settings = settings;
    return ARTEM_OK;
}
