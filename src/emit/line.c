// Lines of a kernel, and comments that name the source.
#include <string.h>

#include "emit/printer.h"

static void add_spaces(Text *out, int count) { text_format(out, "%*s", count, ""); }

void print_line(Emitter *emitter, const char *text) {
    int column = emitter->indent * INDENT_WIDTH;
    bool fits = column + (int)strlen(text) <= LINE_WIDTH;
    if (!fits && break_line(emitter->context, text, column, emitter->out)) return;
    add_spaces(emitter->out, column);
    text_add(emitter->out, text);
    text_add(emitter->out, "\n");
}

// ---------------------------------------------------------------- the source in comments

// Where each line of a source begins.
typedef struct LineIndex {
    const Source *source;
    VECTOR(const char *) starts;
} LineIndex;

static const LineIndex *index_lines(Emitter *emitter, const Source *source) {
    if (emitter->lines && emitter->lines->source == source) return emitter->lines;
    LineIndex *lines = arena_new(emitter->arena, LineIndex);
    lines->source = source;
    const char *at = source->text;
    while (at) {
        vector_push(emitter->arena, lines->starts, at);
        at = memchr(at, '\n', source->length - (size_t)(at - source->text));
        if (at) at++;
    }
    return emitter->lines = lines;
}

// Printable ASCII; every other character becomes `?`, so that nothing of the source can end the comment or hide in it.
void add_plain(Text *out, const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool printable = text[i] >= ' ' && text[i] < 0x7f, goes_on = ((unsigned char)text[i] & 0xc0) == 0x80;
        if (goes_on) continue; // a character of several bytes
        text_add_bytes(out, printable ? &text[i] : text[i] == '\t' ? " " : "?", 1);
    }
}

static void add_source_text(Emitter *emitter, Location location, Text *out) {
    const LineIndex *lines = index_lines(emitter, location.source);
    if (location.line == 0 || location.line > lines->starts.count) return;
    const char *start = lines->starts.items[location.line - 1];
    size_t length = strcspn(start, "\r\n");
    while (length && (*start == ' ' || *start == '\t')) start++, length--;
    if (!length) return;
    text_add(out, ": ");
    add_plain(out, start, length);
}

// A comment must not go on in the next line: without a backslash at its end, nor the trigraph of one.
static size_t end_of_comment(const char *text, size_t length) {
    for (;; length--) {
        bool trigraph = length > 2 && !memcmp(text + length - 3, "\?\?/", 3);
        if (!length || (text[length - 1] != '\\' && text[length - 1] != ' ' && !trigraph)) return length;
    }
}

void print_comment(Emitter *emitter, const char *text) {
    int room = LINE_WIDTH - emitter->indent * INDENT_WIDTH - 3;
    size_t length = strlen(text);
    if (room < 0) room = 0;
    length = end_of_comment(text, length > (size_t)room ? (size_t)room : length);
    if (!length) return;
    add_spaces(emitter->out, emitter->indent * INDENT_WIDTH);
    text_add(emitter->out, "// ");
    text_add_bytes(emitter->out, text, length);
    text_add(emitter->out, "\n");
}

void print_source_line(Emitter *emitter, Location location) {
    bool same = location.source == emitter->said.source && location.line == emitter->said.line;
    if (same || !location.source || !location.line) return;
    emitter->said = location;
    Text text = {.arena = emitter->arena};
    const char *slash = strrchr(location.source->path, '/'), *name = slash ? slash + 1 : location.source->path;
    add_plain(&text, name, strlen(name));
    text_format(&text, ":%u", location.line);
    if (location.source->text) add_source_text(emitter, location, &text);
    print_comment(emitter, text.data);
}
