// Lines of a kernel: indented, broken as clang-format breaks them, and comments that name the source.
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "emit/printer.h"

static void add_spaces(Text *out, int count) {
    for (int i = 0; i < count; i++) text_add(out, " ");
}

// ---------------------------------------------------------------- breaking

enum { MAX_NESTING = 64, RANKS = 8 };

// The parentheses that are open at a place, and the column that a line goes on at inside of each. An operand of one of
// several arguments goes on further right than the next argument does.
typedef struct Nesting {
    int depth;
    int aligns[MAX_NESTING];
    bool lists[MAX_NESTING]; // of several arguments
    int unfinished;          // the depth of an argument that began in an earlier line; 0: none
} Nesting;

// Where a line may be broken: the space at `end`.
typedef struct Break {
    size_t end;
    int column; // of what goes on
    Nesting nesting;
} Break;

// How tightly the sign in front of a place holds the line together; -1 if it is no place to break.
static int rank_of(const char *text, size_t sign) {
    static const char *const ranks[RANKS] = {",", "?:", "|", "&", "=<>", "+-", "*/%", ""};
    for (int i = 0; i < RANKS; i++)
        if (strchr(ranks[i], text[sign])) return i;
    return -1;
}

// How a character changes the depth of parentheses. Those of template arguments count, too: what they are in is written
// without a space before the sign, other than comparisons.
static int step_of(const char *text, size_t at) {
    char before = at ? text[at - 1] : ' ';
    if (text[at] == '(' || (text[at] == '<' && (before == '_' || isalnum((unsigned char)before)))) return 1;
    return -(text[at] == ')' || (text[at] == '>' && before != ' ' && before != '-'));
}

// Whether a comma stands at the level of the parenthesis that `text` begins in.
static bool has_several(const char *text) {
    for (size_t i = 0, depth = 1; text[i] && depth > 0; i++) {
        depth += (size_t)step_of(text, i);
        if (text[i] == ',' && depth == 1) return true;
    }
    return false;
}

// The last place within the width of those in the fewest parentheses and behind the loosest sign. What goes on is
// aligned with what follows the parenthesis (or the `=`) that the place is in.
static Break find_break(const char *text, size_t length, int column, Nesting open) {
    int best_order = INT_MAX;
    Break best = {.nesting = open};
    for (size_t i = 0; i < length && column + (int)i <= LINE_WIDTH; i++) {
        int step = step_of(text, i);
        if (step > 0 && open.depth + 1 < MAX_NESTING) {
            open.aligns[++open.depth] = column + (int)i + 1;
            open.lists[open.depth] = has_several(text + i + 1);
        }
        if (step < 0 && open.depth > 0) open.depth--;
        if (i == 0 || text[i] != ' ') continue;
        bool assigns = text[i - 1] == '=' && i > 1 && text[i - 2] == ' ';
        if (assigns && open.depth == 0) open.aligns[0] = column + (int)i + 1;
        int rank = assigns ? -1 : rank_of(text, i - 1), order = open.depth * RANKS + rank;
        if (rank < 0 || order > best_order) continue;
        bool inside_argument = rank > 0 && open.lists[open.depth];
        best = (Break){i, open.aligns[open.depth] + (inside_argument ? INDENT_WIDTH : 0), open};
        best.nesting.unfinished = inside_argument ? open.depth : 0;
        best_order = order;
    }
    return best;
}

// The next argument does not follow on the line that ends one of several lines: the place behind its comma, 0 if there
// is none in this line.
static size_t end_of_unfinished(const char *text, const Nesting *open) {
    int depth = open->depth;
    for (size_t i = 0; open->unfinished && text[i]; i++) {
        depth += step_of(text, i);
        if (depth < open->unfinished) return 0;
        if (text[i] == ',' && depth == open->unfinished) return i + 1;
    }
    return 0;
}

static Break next_break(const char *text, size_t left, int column, Nesting open) {
    size_t end = end_of_unfinished(text, &open);
    if (!end || column + (int)end > LINE_WIDTH)
        return column + (int)left > LINE_WIDTH ? find_break(text, left, column, open) : (Break){0};
    open.depth = open.unfinished;
    open.unfinished = 0;
    return (Break){end, open.aligns[open.depth], open};
}

// Breaks a line at its best places.
static void add_broken(const char *text, int column, Text *out) {
    size_t left = strlen(text);
    Nesting open = {.aligns = {column + INDENT_WIDTH}};
    add_spaces(out, column);
    for (;;) {
        Break place = next_break(text, left, column, open);
        if (!place.end) break;
        text_add_bytes(out, text, place.end);
        text_add(out, "\n");
        open = place.nesting;
        column = place.column;
        add_spaces(out, column);
        text += place.end + 1;
        left -= place.end + 1;
    }
    text_add(out, text);
    text_add(out, "\n");
}

static size_t name_length(const char *text) {
    size_t length = 0;
    while (text[length] == '_' || isalnum((unsigned char)text[length])) length++;
    return length;
}

// Of a constant that is the result of one call, the length up to the `=`; 0 for anything else.
static size_t before_call(const char *text) {
    const char *equals = strstr(text, " = ");
    if (!equals) return 0;
    const char *at = equals + 3 + name_length(equals + 3);
    if (*at == '<' && strchr(at, '>')) at = strchr(at, '>') + 1;
    if (at[-1] == ' ' || *at != '(') return 0;
    for (int depth = 0; *at; at++) {
        depth += (*at == '(') - (*at == ')');
        if (depth == 0) break;
    }
    return !strcmp(at, ");") ? (size_t)(equals - text) + 2 : 0;
}

static int count_lines(const char *text) {
    int lines = 0;
    for (; *text; text++) lines += *text == '\n';
    return lines;
}

// A constant that is the result of a call too long for a line of its own: in two lines if that can be done, best with
// the arguments below one another, else with all of them in the second. False if it takes more.
static bool print_in_two(Emitter *emitter, const char *text, size_t head, int column) {
    int inner = column + INDENT_WIDTH;
    if (inner + (int)strlen(text + head + 1) <= LINE_WIDTH) return false;
    Text aligned = {.arena = emitter->arena};
    add_broken(text, column, &aligned);
    if (count_lines(aligned.data) == 2) {
        text_add(emitter->out, aligned.data);
        return true;
    }
    const char *arguments = strchr(text + head, '(') + 1;
    if (column + (int)(arguments - text) > LINE_WIDTH || inner + (int)strlen(arguments) > LINE_WIDTH) return false;
    add_spaces(emitter->out, column);
    text_add_bytes(emitter->out, text, (size_t)(arguments - text));
    text_add(emitter->out, "\n");
    add_spaces(emitter->out, inner);
    text_add(emitter->out, arguments);
    text_add(emitter->out, "\n");
    return true;
}

void print_line(Emitter *emitter, const char *text) {
    int column = emitter->indent * INDENT_WIDTH;
    size_t head = column + (int)strlen(text) > LINE_WIDTH ? before_call(text) : 0;
    if (!head) {
        add_broken(text, column, emitter->out);
        return;
    }
    if (print_in_two(emitter, text, head, column)) return;
    add_spaces(emitter->out, column);
    text_add_bytes(emitter->out, text, head);
    text_add(emitter->out, "\n");
    add_broken(text + head + 1, column + INDENT_WIDTH, emitter->out);
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

void print_source_line(Emitter *emitter, Location location) {
    bool same = location.source == emitter->said.source && location.line == emitter->said.line;
    if (same || !location.source || !location.line) return;
    emitter->said = location;
    Text text = {.arena = emitter->arena};
    const char *slash = strrchr(location.source->path, '/'), *name = slash ? slash + 1 : location.source->path;
    text_add(&text, "// ");
    add_plain(&text, name, strlen(name));
    text_format(&text, ":%u", location.line);
    if (location.source->text) add_source_text(emitter, location, &text);
    int room = LINE_WIDTH - emitter->indent * INDENT_WIDTH;
    size_t length = text.length;
    if ((int)length > room) length = room > 0 ? (size_t)room : 0;
    length = end_of_comment(text.data, length);
    if (!length) return;
    add_spaces(emitter->out, emitter->indent * INDENT_WIDTH);
    text_add_bytes(emitter->out, text.data, length);
    text_add(emitter->out, "\n");
}
