// Pages and the host's tensors: what the data-movement cores copy and store.
//
// A page is copied in place between L1 and the row-major array of the host, so a tensor needs no copy in tiles. A
// tensor's edge may cut a page: what lies beyond is read as a value that nothing computes by chance.
#include "sim/units_internal.h"

// Elements beyond the edge: large enough to be seen in any sum, small enough that a product with data is finite,
// because the quick paths of products end at infinity. Integers are bytes of 0x5a.
#define POISON         1e30
#define POISON_FLOAT16 6e4
#define POISON_BITS    0x5a5a5a5a5a5a5a5au

typedef void CopyElements(void *out, const void *in, size_t rows, size_t columns, int64_t out_row, int64_t out_column,
                          int64_t in_row, int64_t in_column);
typedef void FillElements(void *page, size_t first, size_t count, const void *value);

// Copies and fills elements of one size; strides count elements.
#define ELEMENT_SIZE(bits)                                                                                             \
    static void copy_##bits(void *out, const void *in, size_t rows, size_t columns, int64_t out_row,                   \
                            int64_t out_column, int64_t in_row, int64_t in_column) {                                   \
        uint##bits##_t *to = out;                                                                                      \
        const uint##bits##_t *from = in;                                                                               \
        for (size_t r = 0; r < rows; r++, to += out_row, from += in_row) {                                             \
            for (size_t c = 0; c < columns; c++) to[(int64_t)c * out_column] = from[(int64_t)c * in_column];           \
        }                                                                                                              \
    }                                                                                                                  \
    static void fill_##bits(void *page, size_t first, size_t count, const void *value) {                               \
        uint##bits##_t *to = page, element;                                                                            \
        memcpy(&element, value, sizeof element);                                                                       \
        for (size_t i = first; i < first + count; i++) to[i] = element;                                                \
    }
ELEMENT_SIZE(8)
ELEMENT_SIZE(16)
ELEMENT_SIZE(32)
ELEMENT_SIZE(64)

// Rows of a page that lie together in the array, at a size the compiler knows: the case that counts. The page beside
// it is most often read next; asked for now, it halves what a read from beyond the first caches costs (measured).
typedef void CopyRows(char *out, const char *in, size_t out_bytes, size_t in_bytes);

#define WHOLE_ROWS(row_bytes)                                                                                          \
    static void copy_rows_##row_bytes(char *out, const char *in, size_t out_bytes, size_t in_bytes) {                  \
        for (int row = 0; row < TILE_SIZE; row++, out += out_bytes, in += in_bytes) {                                  \
            memcpy(out, in, row_bytes);                                                                                \
            __builtin_prefetch(in + row_bytes);                                                                        \
        }                                                                                                              \
    }
WHOLE_ROWS(32)
WHOLE_ROWS(64)
WHOLE_ROWS(128)
WHOLE_ROWS(256)

typedef struct ElementSize {
    CopyElements *copy;
    FillElements *fill;
    CopyRows *copy_rows;
} ElementSize;

// By log2 of the element's bytes.
static const ElementSize element_sizes[] = {{copy_8, fill_8, copy_rows_32},
                                            {copy_16, fill_16, copy_rows_64},
                                            {copy_32, fill_32, copy_rows_128},
                                            {copy_64, fill_64, copy_rows_256}};

static const ElementSize *element_size(DType format) {
    size_t bytes = dtype_bytes(format);
    return &element_sizes[(bytes > 1) + (bytes > 2) + (bytes > 4)];
}

// An array that holds a page or a part of one: its first element, and distances in elements.
typedef struct Plane {
    char *at;
    int64_t row_stride, column_stride;
} Plane;

// Copies rows x columns elements, along the lines in which the array lies in memory.
static void copy_plane(DType format, const Plane *out, const Plane *in, const Plane *array, size_t rows,
                       size_t columns) {
    const ElementSize *size = element_size(format);
    if (array->column_stride == 1 && rows == TILE_SIZE && columns == TILE_SIZE) {
        size_t bytes = dtype_bytes(format);
        size->copy_rows(out->at, in->at, (size_t)out->row_stride * bytes, (size_t)in->row_stride * bytes);
    } else if (array->row_stride < array->column_stride) {
        size->copy(out->at, in->at, columns, rows, out->column_stride, out->row_stride, in->column_stride,
                   in->row_stride);
    } else {
        size->copy(out->at, in->at, rows, columns, out->row_stride, out->column_stride, in->row_stride,
                   in->column_stride);
    }
}

// ---------------------------------------------------------------- stores of the data-movement cores

void unit_fill_elements(void *page, DType format, size_t count, double value) {
    uint64_t element = 0;
    dtype_store(format, &element, 0, value);
    element_size(format)->fill(page, 0, count, &element);
}

void unit_fill_page(void *page, DType format, double value) { unit_fill_elements(page, format, TILE_ELEMENTS, value); }

void unit_fill_page_edge(void *page, DType format, int rows, int columns, double value) {
    uint64_t element = 0;
    int kept = columns < 0 ? 0 : columns < TILE_SIZE ? columns : TILE_SIZE;
    dtype_store(format, &element, 0, value);
    for (int row = 0; row < TILE_SIZE; row++) {
        int first = row < rows ? kept : 0;
        size_t start = (size_t)row * TILE_SIZE + (size_t)first;
        element_size(format)->fill(page, start, TILE_SIZE - (size_t)first, &element);
    }
}

void unit_fill_page_index(void *page, DType format, bool by_row) {
    for (int i = 0; i < TILE_ELEMENTS; i++)
        dtype_store(format, page, (size_t)i, by_row ? i / TILE_SIZE : i % TILE_SIZE);
}

// ---------------------------------------------------------------- transfers

// Where a page lies in the host's array, and how much of it is inside of the tensor.
typedef struct PagePlace {
    int64_t offset; // of its first element
    size_t rows, columns;
} PagePlace;

static size_t valid_extent(int64_t count, int64_t start, int side) {
    int64_t left = count - start;
    return left <= 0 ? 0 : left < side ? (size_t)left : (size_t)side;
}

static int64_t outer_offset(const PageMap *map, int64_t outer) {
    int64_t offset = 0;
    for (int i = map->outer_rank - 1; i >= 0; i--) {
        offset += outer % map->outer_extent[i] * map->outer_stride[i];
        outer /= map->outer_extent[i];
    }
    return offset;
}

static PagePlace page_place(const PageMap *map, int64_t index) {
    TilePlace tile = tile_of_page(map, index);
    int64_t row = tile.row * map->tile_height, column = tile.column * map->tile_width;
    return (PagePlace){
        .offset = outer_offset(map, tile.outer) + row * map->row_stride + column * map->column_stride,
        .rows = valid_extent(map->rows, row, map->tile_height),
        .columns = valid_extent(map->columns, column, map->tile_width),
    };
}

static Plane array_plane(const PageMap *map, PagePlace place, DType format, void *tensor) {
    return (Plane){(char *)tensor + place.offset * (int64_t)dtype_bytes(format), map->row_stride, map->column_stride};
}

static void poison_page(void *page, const PageMap *map, DType format) {
    uint64_t bits = POISON_BITS;
    size_t elements = (size_t)map->tile_height * (size_t)map->tile_width;
    if (dtype_is_float(format))
        unit_fill_elements(page, format, elements, format == DTYPE_FLOAT16 ? POISON_FLOAT16 : POISON);
    else
        element_size(format)->fill(page, 0, elements, &bits);
}

static Plane page_plane(const PageMap *map, void *page) { return (Plane){page, map->tile_width, 1}; }

void unit_read_page(void *page, const PageMap *map, DType format, const void *tensor, int64_t index) {
    PagePlace place = page_place(map, index);
    Plane array = array_plane(map, place, format, (void *)(uintptr_t)tensor), tile = page_plane(map, page);
    if (place.rows < (size_t)map->tile_height || place.columns < (size_t)map->tile_width)
        poison_page(page, map, format);
    copy_plane(format, &tile, &array, &array, place.rows, place.columns);
}

void unit_write_page(const void *page, const PageMap *map, DType format, void *tensor, int64_t index) {
    PagePlace place = page_place(map, index);
    Plane array = array_plane(map, place, format, tensor), tile = page_plane(map, (void *)(uintptr_t)page);
    copy_plane(format, &array, &tile, &array, place.rows, place.columns);
}
