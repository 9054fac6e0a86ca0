// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 30 };

static int terminal_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void progress_show(struct progress *p, double share, const char *format, ...)
{
    const int filled = share < 0 ? 0 : share > 1 ? BAR : (int)(share * BAR);
    char text[sizeof p->text];
    va_list args;

    if (!isatty(STDERR_FILENO))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (p->shown && filled == p->filled && strcmp(text, p->text) == 0)
        return;
    const int room = terminal_width() - BAR - 4;
    fprintf(stderr, "\r\033[K[%.*s%*s] %.*s", filled, "##############################", BAR - filled, "",
            room > 0 ? room : 0, text);
    fflush(stderr);
    p->shown = true;
    p->filled = filled;
    memcpy(p->text, text, sizeof text);
}

void progress_hide(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
