// SPDX-License-Identifier: Apache-2.0
#include "config_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "artem/config.h"
#include "cli.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

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

static bool is_comment(const char *at, const char *begin)
{
    return (*at == '#' || *at == ';') && (at == begin || isspace((unsigned char)at[-1]));
}

static const char *comment_from(const char *begin, const char *end)
{
    const char *at = begin;

    while (at < end && !is_comment(at, begin))
        at++;
    return at;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    return at;
}

// What follows the value, as runtime/config_parse.c tells it: a comment after a blank, with the blanks before it. A
// value in quotes may hold both.
static const char *find_comment(const char *line, size_t length, size_t *out_length)
{
    const char *end = line + length, *equals = memchr(line, '=', length);
    const char *value = skip_blanks(equals != NULL ? equals + 1 : end, end);
    const char *quote = value < end && *value == '"' ? memchr(value + 1, '"', (size_t)(end - value - 1)) : NULL;
    const char *at = end;

    if (quote != NULL)
        at = comment_from(quote + 1, end);
    if (quote == NULL || skip_blanks(quote + 1, at) != at)
        at = comment_from(value, end);
    while (at < end && at > line && isspace((unsigned char)at[-1]))
        at--;
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
        const size_t whole = newline != NULL ? (size_t)(newline - text) - at : strlen(text + at);
        const size_t length = whole > 0 && text[at + whole - 1] == '\r' ? whole - 1 : whole;
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
        at += whole + (newline != NULL);
    }
    return place;
}

// A value that the file's syntax would take apart stands in quotes.
static bool needs_quotes(const char *value)
{
    const char *end = value + strlen(value);

    return value < end && (value[0] == '"' || isspace((unsigned char)value[0]) || isspace((unsigned char)end[-1]) ||
                           comment_from(value, end) < end);
}

bool config_text_can_hold(const char *value)
{
    return strpbrk(value, "\n\r") == NULL && !(needs_quotes(value) && strchr(value, '"') != NULL);
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

// As its other lines end.
static const char *find_line_end(const char *text)
{
    const char *newline = strchr(text, '\n');

    return newline != NULL && newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
}

char *config_text_with(const char *text, const char *section, const char *key, const char *value)
{
    const struct place place = find_place(text, section, key);
    const char *quote = needs_quotes(value) ? "\"" : "", *blank = value[0] != '\0' ? " " : "",
               *eol = find_line_end(text);
    char *line = malloc(strlen(section) + strlen(key) + strlen(value) + strlen(text) + 64), *out;

    if (line == NULL) {
        cli_error("out of memory");
        return NULL;
    }
    const size_t size = strlen(text);
    if (place.has_line) {
        size_t length;
        const char *comment = find_comment(text + place.line, place.line_end - place.line, &length);
        const char *gap = length > 0 && !isspace((unsigned char)comment[0]) ? " " : "";
        sprintf(line, "%s =%s%s%s%s%s%.*s", key, blank, quote, value, quote, gap, (int)length, comment);
        out = replace(text, place.line, place.line_end, line);
    } else if (place.found) {
        sprintf(line, "%s%s =%s%s%s%s", eol, key, blank, quote, value, quote);
        out = replace(text, place.end, place.end, line);
    } else {
        sprintf(line, "%s%s[%s]%s%s =%s%s%s%s%s", size > 0 && text[size - 1] != '\n' ? eol : "", size > 0 ? eol : "",
                section, eol, key, blank, quote, value, quote, eol);
        out = replace(text, size, size, line);
    }
    free(line);
    return out;
}

// Where the line begins that ends before `at`, if it is empty; else `at`.
static size_t before_empty_line(const char *text, size_t at)
{
    size_t end = at;

    if (end > 0 && text[end - 1] == '\n')
        end -= end > 1 && text[end - 2] == '\r' ? 2 : 1;
    return end > 0 && end < at && text[end - 1] == '\n' ? end : at;
}

static char *without_line(const char *text, const struct place *place)
{
    size_t begin = place->line, end = place->line_end;

    if (place->alone) { // with its header, and empty lines before it
        begin = place->header;
        for (size_t less = before_empty_line(text, begin); less < begin; less = before_empty_line(text, begin))
            begin = less;
    }
    end += text[end] == '\r';
    end += text[end] == '\n';
    return replace(text, begin, end, "");
}

char *config_text_without(const char *text, const char *section, const char *key)
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
