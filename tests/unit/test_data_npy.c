// .npy files: what is written reads back, numpy's and ml_dtypes' forms are understood, and bad files are refused by
// name.
#include "fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/npy.h"

#define PATH "test_data_npy.tmp.npy"

typedef struct File {
    const char *header; // the dictionary
    int version;
    size_t header_length; // as the prefix says; 0: the true one
    const void *data;
    size_t data_bytes;
} File;

typedef struct Case {
    File file;
    Tensor tensor;
} Case;

static void write_file(const File *file) {
    FILE *out = fopen(PATH, "wb");
    size_t length = file->header_length ? file->header_length : strlen(file->header);
    assert_non_null(out);
    fwrite("\x93NUMPY", 1, 6, out);
    fputc(file->version, out);
    fputc(0, out);
    for (int i = 0; i < (file->version == 1 ? 2 : 4); i++) fputc((int)(length >> (8 * i) & 0xff), out);
    fputs(file->header, out);
    if (file->data_bytes) fwrite(file->data, 1, file->data_bytes, out);
    fclose(out);
}

static void read_work(Context *context, void *user) {
    Case *test = user;
    npy_read(context, PATH, &test->tensor);
}

static int make_file_context(void **state) { return make_context(state); }

static int drop_file(void **state) {
    remove(PATH);
    return drop_context(state);
}

static const float six[6] = {1, -2, 3.5f, 4, 5, 6};
static float room[64];

static Case case_of(const char *header) {
    return (Case){.file = {header, 1, 0, six, sizeof six},
                  .tensor = {.name = "A", .type = DTYPE_FLOAT32, .rank = 2, .shape = {2, 3}, .count = 6, .data = room}};
}

static void assert_refused(void **state, Case test, DiagnosticCode code) {
    memset(room, 0, sizeof room);
    write_file(&test.file);
    assert_fails(*state, read_work, &test, code);
}

static void assert_read(void **state, Case test) {
    memset(room, 0, sizeof room);
    write_file(&test.file);
    assert_works(*state, read_work, &test);
}

#define GOOD "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"

static void reads_float32(void **state) {
    assert_read(state, case_of(GOOD));
    assert_memory_equal(room, six, sizeof six);
}

static void reads_versions_two_and_three(void **state) {
    for (int version = 2; version <= 3; version++) {
        Case test = case_of("{\"shape\": (2,3), \"fortran_order\":False,\"descr\":\"<f4\"}   \n");
        test.file.version = version;
        assert_read(state, test);
        assert_memory_equal(room, six, sizeof six);
    }
}

static void reads_bfloat16_of_ml_dtypes(void **state) {
    static const uint16_t bits[6] = {0x3f80, 0xc000, 0x4060, 0x4080, 0x40a0, 0x40c0};
    static const char *const headers[] = {"{'descr': '<V2', 'fortran_order': False, 'shape': (2, 3), }",
                                          "{'descr': '|V2', 'fortran_order': False, 'shape': (2, 3), }"};
    for (int i = 0; i < 2; i++) {
        Case test = case_of(headers[i]);
        test.file.data = bits;
        test.file.data_bytes = sizeof bits;
        test.tensor.type = DTYPE_BFLOAT16;
        assert_read(state, test);
        assert_memory_equal(room, bits, sizeof bits);
    }
}

static void rounds_wider_floats(void **state) {
    static const double values[6] = {1.00390625 + 1e-9, 1.00390625, 1.01171875, -1e300, 0.1, 1e-40};
    Case test = case_of("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }");
    test.file.data = values;
    test.file.data_bytes = sizeof values;
    test.tensor.type = DTYPE_BFLOAT16;
    assert_read(state, test);
    // 1 + 2^-8 is halfway and goes to even; a little more would go up, but is rounded to float32 first.
    assert_true(dtype_load(DTYPE_BFLOAT16, room, 1) == 1.0);
    assert_true(dtype_load(DTYPE_BFLOAT16, room, 2) == 1.015625);
    assert_true(dtype_load(DTYPE_BFLOAT16, room, 3) < -1e38);
    assert_true(dtype_load(DTYPE_BFLOAT16, room, 4) == 0.10009765625);
}

static void reads_one_dimension_and_scalars(void **state) {
    Case test = case_of("{'descr': '<f4', 'fortran_order': True, 'shape': (6,), }");
    test.tensor.rank = 1;
    test.tensor.shape[0] = 6;
    assert_read(state, test);
    test = case_of("{'descr': '<f4', 'fortran_order': False, 'shape': (), }");
    test.tensor.rank = 0;
    test.tensor.count = 1;
    test.file.data_bytes = 4;
    assert_read(state, test);
    assert_true(room[0] == 1);
}

static void makes_booleans_zero_or_one(void **state) {
    static const unsigned char bytes[6] = {0, 1, 2, 255, 0, 1}, expected[6] = {0, 1, 1, 1, 0, 1};
    Case test = case_of("{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3), }");
    test.file.data = bytes;
    test.file.data_bytes = sizeof bytes;
    test.tensor.type = DTYPE_BOOL;
    assert_read(state, test);
    assert_memory_equal(room, expected, sizeof expected);
}

static void refuses_other_dtypes(void **state) {
    assert_refused(state, case_of("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"), DIAG_NPY_DTYPE);
    assert_refused(state, case_of("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }"), DIAG_NPY_DTYPE);
    assert_refused(state, case_of("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }"), DIAG_NPY_DTYPE);
    assert_refused(state, case_of("{'descr': '', 'fortran_order': False, 'shape': (2, 3), }"), DIAG_NPY_DTYPE);
    Case integers = case_of(GOOD);
    integers.tensor.type = DTYPE_INT32;
    assert_refused(state, integers, DIAG_NPY_DTYPE);
}

static void refuses_other_shapes(void **state) {
    assert_refused(state, case_of("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"), DIAG_NPY_SHAPE);
    assert_refused(state, case_of("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }"), DIAG_NPY_SHAPE);
    assert_refused(state, case_of("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"), DIAG_NPY_SHAPE);
}

static void refuses_orders(void **state) {
    assert_refused(state, case_of("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"), DIAG_NPY_ORDER);
    assert_refused(state, case_of("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }"), DIAG_NPY_ENDIAN);
}

static void refuses_wrong_lengths(void **state) {
    Case test = case_of(GOOD);
    test.file.data_bytes = sizeof six - 1;
    assert_refused(state, test, DIAG_NPY_TRUNCATED);
    test.file.data_bytes = 0;
    assert_refused(state, test, DIAG_NPY_TRUNCATED);
    test = case_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } ");
    test.file.header_length = 59;
    assert_refused(state, test, DIAG_NPY_TRAILING);
    test = case_of(GOOD);
    test.file.header_length = 60000;
    assert_refused(state, test, DIAG_NPY_TRUNCATED);
}

static void refuses_malformed_headers(void **state) {
    static const char *const headers[] = {
        "",
        "{",
        "}",
        "[]",
        "{}",
        "{'descr'",
        "{'descr': '<f4'}",
        "{'descr': <f4, 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2, 3), }",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 99999999999999999999), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } x",
        "{'descr': '<f4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'fortran_order': False, 'shape': (2, 3), }",
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_refused(state, case_of(headers[i]), DIAG_NPY_FORMAT);
}

static void refuses_absurd_header_lengths(void **state) {
    Case test = case_of(GOOD);
    test.file.version = 2;
    test.file.header_length = 0xfffffff0;
    assert_refused(state, test, DIAG_NPY_FORMAT);
    test = case_of(GOOD);
    test.file.version = 9;
    assert_refused(state, test, DIAG_NPY_FORMAT);
}

static void read_path(Context *context, void *user) {
    Tensor tensor = {.name = "A", .type = DTYPE_FLOAT32, .rank = 0, .count = 1, .data = room};
    npy_read(context, user, &tensor);
}

static void refuses_what_is_no_file(void **state) {
    assert_fails(*state, read_path, "no/such/file.npy", DIAG_FILE_UNREADABLE);
    assert_fails(*state, read_path, ".", DIAG_FILE_UNREADABLE);
    assert_int_equal(mkfifo(PATH, 0600), 0);
    assert_fails(*state, read_path, PATH, DIAG_FILE_UNREADABLE);
    remove(PATH);
    FILE *out = fopen(PATH, "wb");
    fputs("PK\x03\x04", out);
    fclose(out);
    assert_fails(*state, read_path, PATH, DIAG_NPY_FORMAT);
}

static void write_and_read(Context *context, void *user) {
    Tensor *tensor = user;
    unsigned char before[64];
    memcpy(before, tensor->data, tensor->count * dtype_bytes(tensor->type));
    npy_write(context, PATH, tensor);
    memset(tensor->data, 0, tensor->count * dtype_bytes(tensor->type));
    npy_read(context, PATH, tensor);
    assert_memory_equal(before, tensor->data, tensor->count * dtype_bytes(tensor->type));
}

static void every_dtype_reads_back(void **state) {
    for (int type = DTYPE_BOOL; type < DTYPE_COUNT; type++) {
        Tensor tensor = {.name = "A", .type = (DType)type, .rank = 3, .shape = {1, 2, 3}, .count = 6, .data = room};
        memset(room, 0, sizeof room);
        for (size_t i = 0; i < 6; i++) dtype_store(tensor.type, room, i, (double)(i % 5));
        assert_works(*state, write_and_read, &tensor);
        struct stat status;
        assert_int_equal(stat(PATH, &status), 0);
        DType file_type = type == DTYPE_BFLOAT16 ? DTYPE_FLOAT32 : (DType)type;
        assert_int_equal(status.st_size, 128 + 6 * dtype_bytes(file_type));
    }
}

static void write_nowhere(Context *context, void *user) {
    (void)user;
    Tensor tensor = {.name = "A", .type = DTYPE_FLOAT32, .rank = 1, .shape = {2}, .count = 2, .data = room};
    npy_write(context, "no/such/folder/a.npy", &tensor);
}

static void unwritable_is_said(void **state) { assert_fails(*state, write_nowhere, NULL, DIAG_FILE_UNWRITABLE); }

#define FILE_TEST(function) cmocka_unit_test_setup_teardown(function, make_file_context, drop_file)

int main(void) {
    const struct CMUnitTest tests[] = {
        FILE_TEST(reads_float32),
        FILE_TEST(reads_versions_two_and_three),
        FILE_TEST(reads_bfloat16_of_ml_dtypes),
        FILE_TEST(rounds_wider_floats),
        FILE_TEST(reads_one_dimension_and_scalars),
        FILE_TEST(makes_booleans_zero_or_one),
        FILE_TEST(refuses_other_dtypes),
        FILE_TEST(refuses_other_shapes),
        FILE_TEST(refuses_orders),
        FILE_TEST(refuses_wrong_lengths),
        FILE_TEST(refuses_malformed_headers),
        FILE_TEST(refuses_absurd_header_lengths),
        FILE_TEST(refuses_what_is_no_file),
        FILE_TEST(every_dtype_reads_back),
        FILE_TEST(unwritable_is_said),
    };
    return cmocka_run_group_tests_name("data: npy", tests, NULL, NULL);
}
