// A diagnostic as a terminal shows it:
//
//     kernel.py:12:5: error[unknown-name]: 'blok_M' is not defined
//        12 |     with T.Kernel(blok_M):
//           |                   ^~~~~~
//     help: did you mean 'block_M'?
//
// Columns count bytes of the source (as a lexer sees them); the caret is placed by what those bytes look like: tabs
// are expanded, UTF-8 sequences take the cells of their character, and of a long line only the part around the caret
// is shown. Control characters of sources and messages never reach the terminal.
#include <string.h>

#include "base/context.h"

#define TAB_CELLS  4
#define LINE_CELLS 100 // of the source that are shown at most
#define BEFORE     40  // cells in front of the caret in a line that is cut

static const struct {
    const char *word, *colour;
} kinds[] = {
    [KIND_NOTE] = {"note", "\033[1;36m"},      [KIND_WARNING] = {"warning", "\033[1;35m"},
    [KIND_USER] = {"error", "\033[1;31m"},     [KIND_UNSUPPORTED] = {"error", "\033[1;31m"},
    [KIND_INTERNAL] = {"error", "\033[1;31m"},
};
static const char bold[] = "\033[1m", green[] = "\033[1;32m", plain[] = "\033[0m";

// ---------------------------------------------------------------- characters

typedef struct Glyph {
    int bytes; // 1 for a byte that is no UTF-8
    int cells; // on the terminal
    bool printable;
} Glyph;

static const struct {
    uint32_t first, last;
    int cells;
} widths[] = {{0x300, 0x36f, 0},     {0x1100, 0x115f, 2},  {0x200b, 0x200f, 0}, {0x202a, 0x202e, -1},
              {0x2066, 0x2069, -1},  {0x2e80, 0xa4cf, 2},  {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},
              {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},  {0xff00, 0xff60, 2}, {0xffe0, 0xffe6, 2},
              {0x1f300, 0x1faff, 2}, {0x20000, 0x3fffd, 2}};

// -1 for what must not be printed: controls, and marks that reorder the line.
static int cells_of(uint32_t character) {
    if (character < 0x20 || (character >= 0x7f && character < 0xa0)) return -1;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        if (character >= widths[i].first && character <= widths[i].last) return widths[i].cells;
    }
    return 1;
}

// Decodes one character; `left` is at least 1.
static Glyph glyph_at(const char *text, size_t left) {
    static const struct {
        unsigned char mask, lead;
        uint32_t smallest;
    } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const Glyph broken = {1, 1, false};
    unsigned char lead = (unsigned char)*text;
    for (int extra = 0; extra < 4; extra++) {
        if ((lead & forms[extra].mask) != forms[extra].lead) continue;
        if ((size_t)extra >= left) return broken;
        uint32_t character = lead & (unsigned char)~forms[extra].mask;
        for (int i = 1; i <= extra; i++) {
            if (((unsigned char)text[i] & 0xc0) != 0x80) return broken;
            character = character << 6 | ((unsigned char)text[i] & 0x3f);
        }
        bool legal = character >= forms[extra].smallest && character <= 0x10ffff && (character >> 11) != 0x1b;
        int cells = cells_of(character);
        if (!legal) return broken;
        return cells < 0 ? (Glyph){extra + 1, 1, false} : (Glyph){extra + 1, cells, true};
    }
    return broken;
}

static void add_glyph(Text *out, const char *text, Glyph glyph) {
    if (glyph.printable)
        text_add_bytes(out, text, (size_t)glyph.bytes);
    else
        text_add(out, *text == '\t' ? " " : "?");
}

static void add_clean(Text *out, const char *text) {
    for (size_t left = strlen(text); left;) {
        Glyph glyph = glyph_at(text, left);
        if (*text == '\n')
            text_add(out, "\n");
        else
            add_glyph(out, text, glyph);
        text += glyph.bytes;
        left -= (size_t)glyph.bytes;
    }
}

// ---------------------------------------------------------------- the source line

typedef struct Line {
    const char *text;
    size_t length;
} Line;

static bool find_line(Location location, Line *line) {
    if (!location.source || !location.source->text || location.line == 0) return false;
    const char *text = location.source->text, *end = text + location.source->length;
    for (uint32_t skipped = 1; skipped < location.line; skipped++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        if (!newline) return false;
        text = newline + 1;
    }
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    line->text = text;
    line->length = (size_t)((newline ? newline : end) - text);
    if (line->length && text[line->length - 1] == '\r') line->length--;
    return true;
}

static int glyph_cells(const char *text, Glyph glyph, size_t cell) {
    return *text == '\t' ? (int)(TAB_CELLS - cell % TAB_CELLS) : glyph.cells;
}

// The cell at which byte `offset` of the line stands; behind the line's end, one cell for each byte.
static size_t cell_of(Line line, size_t offset) {
    size_t cell = 0, at = 0;
    while (at < line.length && at < offset) {
        Glyph glyph = glyph_at(line.text + at, line.length - at);
        if (at + (size_t)glyph.bytes > offset) break; // inside of a character
        cell += (size_t)glyph_cells(line.text + at, glyph, cell);
        at += (size_t)glyph.bytes;
    }
    return cell;
}

size_t text_cells(const char *line) {
    size_t length = strlen(line);
    return cell_of((Line){line, length}, length);
}

typedef struct Window {
    size_t first, last; // cells shown: first <= cell < last
    bool cut_before, cut_behind;
} Window;

static Window window_around(size_t caret, size_t cells) {
    Window window = {0, cells, false, false};
    if (cells <= LINE_CELLS) return window;
    window.first = caret > BEFORE ? caret - BEFORE : 0;
    window.last = window.first + LINE_CELLS < cells ? window.first + LINE_CELLS : cells;
    window.cut_before = window.first > 0;
    window.cut_behind = window.last < cells;
    return window;
}

static void add_line(Text *out, Line line, Window window) {
    size_t cell = 0;
    for (size_t at = 0; at < line.length && cell < window.last;) {
        Glyph glyph = glyph_at(line.text + at, line.length - at);
        size_t next = cell + (size_t)glyph_cells(line.text + at, glyph, cell);
        // A tab or a wide character that the window cuts becomes blanks.
        bool whole = cell >= window.first && next <= window.last && line.text[at] != '\t';
        if (whole) add_glyph(out, line.text + at, glyph);
        for (; !whole && cell < next; cell++) {
            if (cell >= window.first && cell < window.last) text_add(out, " ");
        }
        cell = next;
        at += (size_t)glyph.bytes;
    }
}

static void add_repeated(Text *out, const char *piece, size_t count) {
    for (size_t i = 0; i < count; i++) text_add(out, piece);
}

static void add_source_line(Text *out, Location location, bool colour) {
    Line line;
    if (!find_line(location, &line)) return;
    size_t offset = location.column ? location.column - 1 : 0;
    if (offset > line.length) offset = line.length;
    size_t length = location.length ? location.length : 1;
    size_t end = length > line.length - offset ? line.length : offset + length;
    size_t caret = cell_of(line, offset), stop = cell_of(line, end);
    Window window = window_around(caret, cell_of(line, line.length));
    text_format(out, "%5u | %s", location.line, window.cut_before ? "..." : "");
    add_line(out, line, window);
    text_format(out, "%s\n      | %s%s", window.cut_behind ? "..." : "", window.cut_before ? "   " : "",
                colour ? green : "");
    add_repeated(out, " ", caret - window.first);
    if (stop > window.last) stop = window.last;
    text_add(out, "^");
    if (stop > caret) add_repeated(out, "~", stop - caret - 1);
    text_format(out, "%s\n", colour ? plain : "");
}

// ---------------------------------------------------------------- the whole

static void add_head(Text *out, Location location, const char *word, const char *word_colour, bool colour) {
    if (colour) text_add(out, bold);
    if (location.source) {
        add_clean(out, location.source->path);
        if (location.line) text_format(out, ":%u:%u", location.line, location.column);
        text_add(out, ": ");
    }
    text_format(out, "%s%s", colour ? word_colour : "", word);
}

static void add_message(Text *out, const char *message, bool colour) {
    text_format(out, ":%s ", colour ? plain : "");
    add_clean(out, message);
    text_add(out, "\n");
}

void diagnostic_print(const Diagnostic *diagnostic, Text *out, bool colour) {
    const char *code = diagnostic->kind == KIND_NOTE ? NULL : diagnostic_name(diagnostic->code);
    add_head(out, diagnostic->location, kinds[diagnostic->kind].word, kinds[diagnostic->kind].colour, colour);
    if (code) text_format(out, "[%s]", code);
    add_message(out, diagnostic->message, colour);
    add_source_line(out, diagnostic->location, colour);
    for (uint32_t i = 0; i < diagnostic->notes.count; i++) {
        const DiagnosticNote *note = &diagnostic->notes.items[i];
        add_head(out, note->location, note->is_help ? "help" : "note", kinds[KIND_NOTE].colour, colour);
        add_message(out, note->message, colour);
        add_source_line(out, note->location, colour);
    }
}
