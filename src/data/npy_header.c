// The header of a .npy file: a Python dictionary of three entries,
//   header = "{" ( key ":" value "," )* "}"        key = 'descr' | 'fortran_order' | 'shape'
//   value  = string | "True" | "False" | "(" ( integer "," )* ")"
#include "data/npy_header.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

// numpy's kind and size; V2 is ml_dtypes' bfloat16, which numpy itself does not know.
static const struct {
    const char *code;
    DType type;
} npy_types[] = {
    {"b1", DTYPE_BOOL},    {"i1", DTYPE_INT8},    {"i2", DTYPE_INT16},    {"i4", DTYPE_INT32},  {"i8", DTYPE_INT64},
    {"u1", DTYPE_UINT8},   {"u2", DTYPE_UINT16},  {"u4", DTYPE_UINT32},   {"u8", DTYPE_UINT64}, {"f2", DTYPE_FLOAT16},
    {"f4", DTYPE_FLOAT32}, {"f8", DTYPE_FLOAT64}, {"V2", DTYPE_BFLOAT16},
};
#define NPY_TYPE_COUNT (sizeof npy_types / sizeof npy_types[0])

typedef struct Cursor {
    const char *at, *end;
    const char *error; // what was expected; NULL while all is well
} Cursor;

static void skip_space(Cursor *cursor) {
    while (cursor->at < cursor->end && isspace((unsigned char)*cursor->at)) cursor->at++;
}

static bool accept(Cursor *cursor, char c) {
    skip_space(cursor);
    if (cursor->at >= cursor->end || *cursor->at != c) return false;
    cursor->at++;
    return true;
}

static bool expect(Cursor *cursor, char c, const char *what) {
    if (accept(cursor, c)) return true;
    cursor->error = what;
    return false;
}

static bool accept_word(Cursor *cursor, const char *word) {
    skip_space(cursor);
    size_t length = strlen(word);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0) return false;
    cursor->at += length;
    return true;
}

static bool parse_string(Cursor *cursor, char *out, size_t capacity) {
    skip_space(cursor);
    char quote = cursor->at < cursor->end ? *cursor->at : 0;
    cursor->error = "a quoted string";
    if (quote != '\'' && quote != '"') return false;
    const char *start = ++cursor->at;
    const char *end = memchr(start, quote, (size_t)(cursor->end - start));
    if (!end || (size_t)(end - start) >= capacity) return false;
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = 0;
    cursor->at = end + 1;
    cursor->error = NULL;
    return true;
}

static bool parse_size(Cursor *cursor, int64_t *size) {
    skip_space(cursor);
    const char *start = cursor->at;
    *size = 0;
    while (cursor->at < cursor->end && isdigit((unsigned char)*cursor->at)) {
        bool overflow = __builtin_mul_overflow(*size, (int64_t)10, size) ||
                        __builtin_add_overflow(*size, (int64_t)(*cursor->at - '0'), size);
        cursor->at++;
        if (overflow) start = cursor->end;
    }
    cursor->error = cursor->at > start ? NULL : "sizes that fit 63 bits in 'shape'";
    return !cursor->error;
}

static bool parse_shape(Cursor *cursor, NpyHeader *header) {
    if (!expect(cursor, '(', "'(' behind 'shape'")) return false;
    header->rank = 0;
    while (!accept(cursor, ')')) {
        cursor->error = "at most 8 dimensions";
        if (header->rank == MAX_RANK || !parse_size(cursor, &header->shape[header->rank++])) return false;
        if (!accept(cursor, ',')) return expect(cursor, ')', "',' or ')' behind a size in 'shape'");
    }
    return true;
}

static bool parse_order(Cursor *cursor, NpyHeader *header) {
    header->fortran_order = accept_word(cursor, "True");
    if (header->fortran_order || accept_word(cursor, "False")) return true;
    cursor->error = "True or False behind 'fortran_order'";
    return false;
}

static bool parse_descr(Cursor *cursor, NpyHeader *header) {
    if (!parse_string(cursor, header->descr, sizeof header->descr)) {
        cursor->error = "a plain dtype such as '<f4' behind 'descr'";
        return false;
    }
    const char *code = header->descr + (header->descr[0] != 0 && strchr("<>|=", header->descr[0]));
    for (size_t i = 0; i < NPY_TYPE_COUNT; i++) {
        if (strcmp(code, npy_types[i].code) != 0) continue;
        header->known = true;
        header->type = npy_types[i].type;
    }
    header->big_endian = header->descr[0] == '>' && header->known && dtype_bytes(header->type) > 1;
    return true;
}

static const struct {
    const char *key;
    bool (*parse)(Cursor *cursor, NpyHeader *header);
} entries[] = {{"descr", parse_descr}, {"fortran_order", parse_order}, {"shape", parse_shape}};
#define ENTRY_COUNT (sizeof entries / sizeof entries[0])

static bool parse_entry(Cursor *cursor, NpyHeader *header, unsigned *seen) {
    char key[16];
    if (!parse_string(cursor, key, sizeof key) || !expect(cursor, ':', "':' behind a key")) return false;
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (strcmp(key, entries[i].key) != 0) continue;
        *seen |= 1u << i;
        return entries[i].parse(cursor, header);
    }
    cursor->error = "no keys but 'descr', 'fortran_order' and 'shape'";
    return false;
}

const char *npy_parse_header(const char *text, size_t length, NpyHeader *header) {
    Cursor cursor = {text, text + length, NULL};
    unsigned seen = 0;
    *header = (NpyHeader){0};
    if (!expect(&cursor, '{', "'{' at the beginning of the header")) return cursor.error;
    while (!accept(&cursor, '}')) {
        if (!parse_entry(&cursor, header, &seen)) return cursor.error;
        if (accept(&cursor, ',')) continue;
        if (!expect(&cursor, '}', "',' or '}' behind an entry")) return cursor.error;
        break;
    }
    skip_space(&cursor);
    if (cursor.at != cursor.end) return "nothing behind '}'";
    return seen == (1u << ENTRY_COUNT) - 1 ? NULL : "all of 'descr', 'fortran_order' and 'shape'";
}

DType npy_file_type(DType type) { return type == DTYPE_BFLOAT16 ? DTYPE_FLOAT32 : type; }

static const char *type_code(DType type) {
    for (size_t i = 0; i < NPY_TYPE_COUNT; i++)
        if (npy_types[i].type == type) return npy_types[i].code;
    return "V1";
}

size_t npy_format_header(const Tensor *tensor, char out[NPY_HEADER_MAX]) {
    DType type = npy_file_type(tensor->type);
    const size_t prefix = 10;
    size_t at = prefix;
    at += (size_t)snprintf(out + at, NPY_HEADER_MAX - at, "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
                           dtype_bytes(type) > 1 ? '<' : '|', type_code(type));
    for (int d = 0; d < tensor->rank; d++)
        at +=
            (size_t)snprintf(out + at, NPY_HEADER_MAX - at,
                             d + 1 < tensor->rank || tensor->rank == 1 ? "%lld," : "%lld", (long long)tensor->shape[d]);
    at += (size_t)snprintf(out + at, NPY_HEADER_MAX - at, "), }");
    while (at % 64 != 63) out[at++] = ' ';
    out[at++] = '\n';
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (char)((at - prefix) & 0xff);
    out[9] = (char)((at - prefix) >> 8);
    return at;
}
