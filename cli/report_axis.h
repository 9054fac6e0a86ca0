// SPDX-License-Identifier: Apache-2.0
// Frame of a figure. The SVG inside is stretched to any width; labels are text beside it, so that they stay readable on
// a phone.
#ifndef ARTEM_CLI_REPORT_AXIS_H
#define ARTEM_CLI_REPORT_AXIS_H

#include <stdbool.h>
#include <stdio.h>

enum { PLOT_WIDTH = 1000, PLOT_HEIGHT = 200 }; // of the SVG's own coordinates

struct report_axis {
    double top;       // value at the far end; the near end is 0
    double step;      // between labels
    const char *unit; // behind each label, may be ""
};

// Ends at `top` or, with `round_up`, at the next label.
struct report_axis report_axis_make(double top, int labels, bool round_up, const char *unit);

// Opens the figure with heading and a line of text, the labels and grid lines of y, and the SVG.
void report_plot_open(FILE *out, const char *title, const char *text, const struct report_axis *y);
// Puts the labels of x under the frame, which the caller has closed after the SVG.
void report_plot_labels(FILE *out, const struct report_axis *x);
// All that is left: closes the SVG and the frame, puts the labels, closes the figure.
void report_plot_close(FILE *out, const struct report_axis *x);

double report_plot_y(const struct report_axis *y, double value); // in the SVG, not above its top

#endif
