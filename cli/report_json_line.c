// SPDX-License-Identifier: Apache-2.0
// A line of JSON Lines as stats_format.c writes it: one object of plain values, or the object "meta" of texts.
#include <string.h>

#include "report.h"

static char *skip_blanks(char *p)
{
    return p + strspn(p, " \t");
}

// A text, unescaped in place; returns what follows it, NULL if it is none. \u is only ASCII here: the rest is written
// as UTF-8.
static char *read_text(char *p, char **out)
{
    char *to = p + 1;

    if (*p != '"')
        return NULL;
    *out = to;
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\') {
            static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
            const char *at = *++p ? strchr(from, *p) : NULL;
            if (!at)
                return NULL;
            *to++ = into[at - from];
        } else {
            *to++ = *p;
        }
    }
    if (*p != '"')
        return NULL;
    *to = '\0';
    return p + 1;
}

// A number, true, false or null (which becomes ""), with its end marked; *out_end is the character that was there.
static char *read_word(char *p, char **out, char *out_end)
{
    size_t length = strspn(p, "-+.0123456789abcdefghijklmnopqrstuvwxyz");

    if (length == 0)
        return NULL;
    *out = p;
    *out_end = p[length];
    p[length] = '\0';
    if (strcmp(*out, "null") == 0)
        *out += length;
    return p + length;
}

// What the pairs are for.
struct object {
    struct report_log *log; // of the meta object
    struct artem_frame_record *frame;
    unsigned seen;
    bool is_meta;
    const char *why;
};

static char *read_pairs(char *p, struct object *object, bool in_meta);

static char *read_pair(char *p, struct object *object, bool in_meta)
{
    char *name, *value, end = '\0';

    p = read_text(p, &name);
    if (!p)
        return NULL;
    p = skip_blanks(p);
    if (*p != ':')
        return NULL;
    p = skip_blanks(p + 1);
    if (*p == '{' && !in_meta && strcmp(name, "meta") == 0) {
        object->is_meta = true;
        return read_pairs(p, object, true);
    }
    char *after = *p == '"' ? read_text(p, &value) : read_word(p, &value, &end);
    if (!after)
        return NULL;
    if (in_meta)
        report_set_meta(object->log, name, value);
    else if (!report_set_field(object->frame, name, value, &object->seen, &object->why))
        return NULL;
    if (*p != '"')
        *after = end;
    return after;
}

static char *read_pairs(char *p, struct object *object, bool in_meta)
{
    if (*p != '{')
        return NULL;
    p = skip_blanks(p + 1);
    while (*p != '}') {
        p = read_pair(p, object, in_meta);
        if (!p)
            return NULL;
        p = skip_blanks(p);
        if (*p == ',' && *skip_blanks(p + 1) == '"')
            p = skip_blanks(p + 1);
        else if (*p != '}')
            return NULL;
    }
    return p + 1;
}

bool report_json_line(struct report_log *log, char *line, struct artem_frame_record *frame, bool *is_meta,
                      const char **why)
{
    struct object object = {.log = log, .frame = frame, .why = "not a JSON object of plain values"};

    char *end = read_pairs(skip_blanks(line), &object, false);
    *is_meta = object.is_meta;
    *why = object.why;
    if (!end || *skip_blanks(end) != '\0')
        return false;
    *why = "a field is missing: frame, decision or layer_ms";
    return object.is_meta || object.seen == REPORT_SEEN_ALL;
}
