// Reading and writing .npy files. The header is checked against the tensor before any element is read, and the file's
// length against the header, so a hostile header costs nothing.
#include "data/npy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/convert.h"
#include "data/npy_header.h"

#define PREFIX_MAX   12    // magic, version, length of the header
#define HEADER_LIMIT 65536 // bytes; numpy's are 118
#define CHUNK        4096  // elements converted at a time

typedef struct Reader {
    Context *context;
    const char *path;
    FILE *file;
    Tensor *tensor;
    NpyHeader header;
    uint64_t file_bytes, data_start;
} Reader;

static Location nowhere(void) { return (Location){0}; }

static void open_file(Reader *reader) {
    struct stat status;
    // Asked before opening: opening a pipe would wait for its writer.
    if (stat(reader->path, &status) != 0)
        fail(reader->context, DIAG_FILE_UNREADABLE, nowhere(), "cannot read '%s': %s", reader->path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        fail(reader->context, DIAG_FILE_UNREADABLE, nowhere(), "cannot read '%s': it is not a regular file",
             reader->path);
    reader->file = fopen(reader->path, "rb");
    if (!reader->file)
        fail(reader->context, DIAG_FILE_UNREADABLE, nowhere(), "cannot read '%s': %s", reader->path, strerror(errno));
    reader->file_bytes = (uint64_t)status.st_size;
}

static void read_bytes(Reader *reader, void *out, size_t bytes, const char *what) {
    if (fread(out, 1, bytes, reader->file) != bytes)
        fail(reader->context, DIAG_NPY_TRUNCATED, nowhere(), "'%s' ends within %s", reader->path, what);
}

// Magic, version and the header's length. Returns that length.
static size_t read_prefix(Reader *reader) {
    unsigned char prefix[PREFIX_MAX];
    if (fread(prefix, 1, 8, reader->file) != 8 || memcmp(prefix, "\x93NUMPY", 6) != 0) {
        report(reader->context, DIAG_NPY_FORMAT, nowhere(),
               "'%s' is not a .npy file: expected it to begin with \\x93NUMPY", reader->path);
        report_help(reader->context, "save the array with numpy.save");
        fail_now(reader->context);
    }
    if (prefix[6] < 1 || prefix[6] > 3)
        fail(reader->context, DIAG_NPY_FORMAT, nowhere(), "expected .npy version 1, 2 or 3, seen %d.%d in '%s'",
             prefix[6], prefix[7], reader->path);
    size_t width = prefix[6] == 1 ? 2 : 4, length = 0;
    read_bytes(reader, prefix + 8, width, "its header");
    for (size_t i = 0; i < width; i++) length |= (size_t)prefix[8 + i] << (8 * i);
    if (length > HEADER_LIMIT)
        fail(reader->context, DIAG_NPY_FORMAT, nowhere(), "expected a header of at most %d bytes, seen %zu in '%s'",
             HEADER_LIMIT, length, reader->path);
    reader->data_start = 8 + width + length;
    return length;
}

static void read_header(Reader *reader) {
    size_t length = read_prefix(reader);
    char *text = arena_allocate(&reader->context->scratch, length);
    read_bytes(reader, text, length, "its header");
    const char *expected = npy_parse_header(text, length, &reader->header);
    if (expected)
        fail(reader->context, DIAG_NPY_FORMAT, nowhere(), "the header of '%s' is malformed: expected %s", reader->path,
             expected);
}

static bool rounds_to(DType from, DType to) {
    if (from == to) return true;
    bool narrow = to == DTYPE_BFLOAT16 || to == DTYPE_FLOAT16;
    return narrow && (from == DTYPE_FLOAT16 || from == DTYPE_FLOAT32 || from == DTYPE_FLOAT64);
}

static void check_type(Reader *reader) {
    const NpyHeader *header = &reader->header;
    DType wanted = reader->tensor->type;
    if (header->known && rounds_to(header->type, wanted)) return;
    report(reader->context, DIAG_NPY_DTYPE, nowhere(), "tensor '%s' expects %s, '%s' holds %s", reader->tensor->name,
           dtype_name(wanted), reader->path, header->known ? dtype_name(header->type) : header->descr);
    report_help(reader->context, "convert it with array.astype(\"%s\") before numpy.save",
                dtype_name(npy_file_type(wanted)));
    fail_now(reader->context);
}

static void add_shape(Text *text, int rank, const int64_t *shape) {
    text_add(text, "(");
    for (int d = 0; d < rank; d++) text_format(text, d ? ", %lld" : "%lld", (long long)shape[d]);
    text_add(text, rank == 1 ? ",)" : ")");
}

static void check_shape(Reader *reader) {
    const Tensor *tensor = reader->tensor;
    const NpyHeader *header = &reader->header;
    bool same = header->rank == tensor->rank;
    for (int d = 0; same && d < tensor->rank; d++) same = header->shape[d] == tensor->shape[d];
    if (same) return;
    Text expected = {.arena = &reader->context->scratch}, seen = expected;
    add_shape(&expected, tensor->rank, tensor->shape);
    add_shape(&seen, header->rank, header->shape);
    report(reader->context, DIAG_NPY_SHAPE, nowhere(), "tensor '%s' expects shape %s, '%s' holds %s", tensor->name,
           expected.data, reader->path, seen.data);
    report_help(reader->context, "reshape the array, or bind the kernel's sizes with NAME=VALUE");
    fail_now(reader->context);
}

static void check_order(Reader *reader) {
    if (reader->header.big_endian) {
        report(reader->context, DIAG_NPY_ENDIAN, nowhere(), "'%s' is big-endian ('%s'), expected little-endian",
               reader->path, reader->header.descr);
        report_help(reader->context, "convert it with array.astype('<%s') before numpy.save", reader->header.descr + 1);
        fail_now(reader->context);
    }
    if (reader->header.fortran_order && reader->header.rank > 1) {
        report(reader->context, DIAG_NPY_ORDER, nowhere(), "'%s' is stored in Fortran order, expected C order",
               reader->path);
        report_help(reader->context, "use numpy.ascontiguousarray before numpy.save");
        fail_now(reader->context);
    }
}

static void check_length(Reader *reader) {
    uint64_t expected = reader->data_start + (uint64_t)reader->tensor->count * dtype_bytes(reader->header.type);
    if (reader->file_bytes == expected) return;
    DiagnosticCode code = reader->file_bytes < expected ? DIAG_NPY_TRUNCATED : DIAG_NPY_TRAILING;
    fail(reader->context, code, nowhere(), "'%s' should have %llu bytes by its header, seen %llu", reader->path,
         (unsigned long long)expected, (unsigned long long)reader->file_bytes);
}

static void read_elements(Reader *reader) {
    Tensor *tensor = reader->tensor;
    size_t item = dtype_bytes(reader->header.type);
    if (reader->header.type == tensor->type) {
        read_bytes(reader, tensor->data, tensor->count * item, "its elements");
        return;
    }
    char *raw = arena_allocate(&reader->context->scratch, CHUNK * item);
    double *values = arena_new_array(&reader->context->scratch, double, CHUNK);
    for (size_t first = 0; first < tensor->count; first += CHUNK) {
        size_t count = tensor->count - first < CHUNK ? tensor->count - first : CHUNK;
        read_bytes(reader, raw, count * item, "its elements");
        convert_to_doubles(reader->header.type, raw, 0, count, values);
        convert_from_doubles(tensor->type, values, count, tensor->data, first);
    }
}

static void normalize_booleans(Tensor *tensor) {
    uint8_t *values = tensor->data;
    if (tensor->type != DTYPE_BOOL) return;
    for (size_t i = 0; i < tensor->count; i++) values[i] = values[i] != 0;
}

static void read_work(Context *context, void *user) {
    Reader *reader = user;
    (void)context;
    open_file(reader);
    read_header(reader);
    check_order(reader);
    check_type(reader);
    check_shape(reader);
    check_length(reader);
    read_elements(reader);
    normalize_booleans(reader->tensor);
}

void npy_read(Context *context, const char *path, Tensor *tensor) {
    Reader reader = {.context = context, .path = path, .tensor = tensor};
    bool read = context_try(context, read_work, &reader);
    if (reader.file) fclose(reader.file);
    if (!read) fail_now(context);
}

typedef struct Writer {
    NpyTake *take;
    void *user;
    char *bytes;
    size_t length;
} Writer;

static void write_work(Context *context, void *user) {
    Writer *writer = user;
    writer->take(context, writer->user, writer->bytes, writer->length);
}

static void write_elements(const Tensor *tensor, char *out) {
    DType type = npy_file_type(tensor->type);
    double values[CHUNK];
    if (type == tensor->type) {
        memcpy(out, tensor->data, tensor->count * dtype_bytes(type));
        return;
    }
    for (size_t first = 0; first < tensor->count; first += CHUNK) {
        size_t count = tensor->count - first < CHUNK ? tensor->count - first : CHUNK;
        convert_to_doubles(tensor->type, tensor->data, first, count, values);
        convert_from_doubles(type, values, count, out + first * dtype_bytes(type), 0);
    }
}

void npy_format(Context *context, const Tensor *tensor, NpyTake *take, void *user) {
    const Allocator *allocator = context->unit.allocator;
    char header[NPY_HEADER_MAX];
    size_t start = npy_format_header(tensor, header);
    size_t length = start + tensor->count * dtype_bytes(npy_file_type(tensor->type));
    Writer writer = {.take = take, .user = user, .length = length};
    writer.bytes = allocator->allocate(allocator->user, writer.length);
    if (!writer.bytes)
        fail(context, DIAG_OUT_OF_MEMORY, nowhere(), "no memory for the %zu bytes of '%s'", length, tensor->name);
    memcpy(writer.bytes, header, start);
    write_elements(tensor, writer.bytes + start);
    bool written = context_try(context, write_work, &writer);
    allocator->release(allocator->user, writer.bytes, writer.length);
    if (!written) fail_now(context);
}

static void write_bytes(Context *context, void *user, const void *data, size_t length) {
    const char *const *path = user;
    file_write(context, *path, data, length);
}

void npy_write(Context *context, const char *path, const Tensor *tensor) {
    npy_format(context, tensor, write_bytes, &path);
}
