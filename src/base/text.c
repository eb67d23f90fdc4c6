// Text that grows in an arena by doubling.
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)128)

// Room for `count` more characters and the NUL.
static void reserve(Text *text, size_t count) {
    if (text->capacity > text->length && text->capacity - text->length > count) return;
    size_t wanted;
    if (__builtin_add_overflow(text->length, count, &wanted) || wanted > SIZE_MAX / 4) {
        arena_allocate(text->arena, SIZE_MAX); // never returns
    }
    size_t capacity = text->capacity ? text->capacity * 2 : FIRST_CAPACITY;
    while (capacity <= wanted) capacity *= 2;
    char *data = arena_allocate(text->arena, capacity);
    if (text->length) memcpy(data, text->data, text->length);
    text->data = data;
    text->capacity = capacity;
}

void text_add_bytes(Text *text, const char *bytes, size_t count) {
    reserve(text, count);
    if (count) memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void text_add(Text *text, const char *string) { text_add_bytes(text, string, strlen(string)); }

void text_format_list(Text *text, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length > 0) {
        reserve(text, (size_t)length);
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_format(Text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text_format_list(text, format, arguments);
    va_end(arguments);
}

void text_add_integer(Text *text, int64_t value) {
    char digits[24];
    char *first = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do *--first = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) *--first = '-';
    text_add_bytes(text, first, (size_t)(digits + sizeof digits - first));
}

void text_add_real(Text *text, double value, double (*round)(double value)) {
    char digits[40];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        double back = strtod(digits, NULL);
        if ((round ? round(back) : back) == value) break;
    }
    text_add(text, digits);
    if (isfinite(value) && !strpbrk(digits, ".e")) text_add(text, ".0");
}

void text_add_quoted(Text *text, const char *string) {
    text_add(text, "\"");
    for (const char *p = string; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            text_format(text, "\\%c", c);
        else if (c == '\n')
            text_add(text, "\\n");
        else if (c < ' ' || c == 127)
            text_format(text, "\\x%02x", c);
        else
            text_add_bytes(text, p, 1);
    }
    text_add(text, "\"");
}

#define LONGEST_NEAR 64

static int least(int a, int b, int c) {
    int least_two = a < b ? a : b;
    return least_two < c ? least_two : c;
}

static bool same_letter(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

// Edit distance, ignoring case, where swapping neighbours is one edit; both at most LONGEST_NEAR characters.
static int edit_distance(const char *a, int a_length, const char *b, int b_length) {
    int rows[3][LONGEST_NEAR + 1]; // by i modulo 3
    for (int j = 0; j <= b_length; j++) rows[0][j] = j;
    for (int i = 1; i <= a_length; i++) {
        int *row = rows[i % 3];
        const int *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same_letter(a[i - 1], b[j - 1]));
            bool swapped = i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]);
            if (swapped && second[j - 2] + 1 < row[j]) row[j] = second[j - 2] + 1;
        }
    }
    return rows[a_length % 3][b_length];
}

int text_nearest(const char *name, const char *const *legal, int count) {
    size_t length = strlen(name);
    if (length > LONGEST_NEAR) return -1;
    int best = -1, best_distance = length < 5 ? 1 : (int)length / 3 + 1; // of a short word most is right
    for (int i = 0; i < count; i++) {
        size_t other = strlen(legal[i]);
        if (other > LONGEST_NEAR) continue;
        int distance = edit_distance(name, (int)length, legal[i], (int)other);
        // At least one character must be right.
        if (distance > best_distance || distance >= (int)other || (best >= 0 && distance == best_distance)) continue;
        best = i;
        best_distance = distance;
    }
    return best;
}
