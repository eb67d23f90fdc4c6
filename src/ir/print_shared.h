// What the files of the printer share.
#ifndef TTILE_IR_PRINT_SHARED_H
#define TTILE_IR_PRINT_SHARED_H

#include "ir/print.h"

typedef struct Printer {
    Text *out;
    PrintOptions options;
    int indent;
} Printer;

void print_indent(const Printer *printer);
// Ends the line, behind the location's comment if locations are wanted.
void print_end(const Printer *printer, Location location);
void print_block(Printer *printer, const Block *block);
// `(16, n), "float32"` and the keywords role, annotation and layout.
void print_buffer_type(const Buffer *buffer, Text *out);

#endif
