// SPDX-License-Identifier: Apache-2.0
#include "report.h"

// Length of the UTF-8 character at p, 0 if it is none. Stops at the NUL, as that is no continuation byte.
static unsigned character_length(const unsigned char *p)
{
    unsigned length = p[0] < 0x80 ? 1 : (p[0] & 0xE0) == 0xC0 ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : 4;

    if (p[0] >= 0xF5 || (p[0] >= 0x80 && p[0] < 0xC2))
        return 0;
    for (unsigned i = 1; i < length; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] >= 0xA0) || (p[0] == 0xF0 && p[1] < 0x90) ||
        (p[0] == 0xF4 && p[1] >= 0x90))
        return 0;
    return p[0] < 0x20 || p[0] == 0x7F || (p[0] == 0xC2 && p[1] < 0xA0) ? 0 : length;
}

void report_write_text(FILE *out, const char *text, const char *(*escape)(char c))
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        unsigned length = character_length(p);
        const char *escaped = length == 1 && escape != NULL ? escape((char)*p) : NULL;
        if (length == 0)
            fputs("\xEF\xBF\xBD", out);
        else if (escaped)
            fputs(escaped, out);
        else
            fwrite(p, 1, length, out);
        p += length > 0 ? length : 1;
    }
}

static const char *html_escape(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void report_html_text(FILE *out, const char *text)
{
    report_write_text(out, text, html_escape);
}
