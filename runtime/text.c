// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include <stdint.h>
#include <string.h>

#include "artem/config.h"

bool artem_name_valid(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strnlen(name, ARTEM_NAME_MAX);

    return length > 0 && length < ARTEM_NAME_MAX && strspn(name, allowed) == length;
}

// Length of the character at p, 0 if it is none or not printable. Stops at the NUL, as that is no continuation byte.
static unsigned printable_length(const uint8_t *p)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned length = p[0] < 0x80 ? 1 : (p[0] & 0xE0) == 0xC0 ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : 4;
    uint32_t code = length == 1 ? p[0] : p[0] & (0x7Fu >> length);

    if (length == 4 && (p[0] & 0xF8) != 0xF0)
        return 0;
    for (unsigned i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3F);
    }
    bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool surrogate = code >= 0xD800 && code < 0xE000;
    return control || surrogate || code < smallest[length] || code > 0x10FFFF ? 0 : length;
}

bool artem_text_printable(const char *text)
{
    const uint8_t *p = (const uint8_t *)text;

    while (*p) {
        unsigned length = printable_length(p);
        if (length == 0)
            return false;
        p += length;
    }
    return true;
}
