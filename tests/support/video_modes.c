// SPDX-License-Identifier: Apache-2.0
// For apps on an Xvfb, which has no extension XFree86-VidMode: Khronos' hello_xr asks for the screen's video mode when
// it draws with OpenGL, and takes it for granted that there is one. To be preloaded; answers in libXxf86vm's place.
#include <stdlib.h>

// XF86VidModeModeInfo and XF86VidModeModeLine of X11/extensions/xf86vmode.h, which need not be here.
struct mode_info {
    unsigned int dotclock;
    unsigned short hdisplay, hsyncstart, hsyncend, htotal, hskew, vdisplay, vsyncstart, vsyncend, vtotal;
    unsigned int flags;
    int privsize;
    int *private_data;
};
struct mode_line {
    unsigned short hdisplay, hsyncstart, hsyncend, htotal, hskew, vdisplay, vsyncstart, vsyncend, vtotal;
    unsigned int flags;
    int privsize;
    int *private_data;
};

int XF86VidModeGetAllModeLines(void *display, int screen, int *count, struct mode_info ***modes);
int XF86VidModeGetModeLine(void *display, int screen, int *dotclock, struct mode_line *line);

enum { CLOCK = 74250, WIDTH = 1280, TOTAL_WIDTH = 1650, HEIGHT = 720, TOTAL_HEIGHT = 750 }; // 60 Hz

// As Xlib allocates it: one block that XFree() frees.
int XF86VidModeGetAllModeLines(void *display, int screen, int *count, struct mode_info ***modes)
{
    struct block {
        struct mode_info *list[1];
        struct mode_info mode;
    } *block = calloc(1, sizeof *block);

    (void)display;
    (void)screen;
    if (block == NULL)
        return 0;
    block->mode = (struct mode_info){
        .dotclock = CLOCK, .hdisplay = WIDTH, .htotal = TOTAL_WIDTH, .vdisplay = HEIGHT, .vtotal = TOTAL_HEIGHT};
    block->list[0] = &block->mode;
    *modes = block->list;
    *count = 1;
    return 1;
}

int XF86VidModeGetModeLine(void *display, int screen, int *dotclock, struct mode_line *line)
{
    (void)display;
    (void)screen;
    *dotclock = CLOCK;
    *line = (struct mode_line){.hdisplay = WIDTH, .htotal = TOTAL_WIDTH, .vdisplay = HEIGHT, .vtotal = TOTAL_HEIGHT};
    return 1;
}
