// Files: read whole, written whole or not at all, with nothing left behind.
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

typedef struct Folder {
    Context *context;
    char path[64];
} Folder;

static int make_folder(void **state) {
    Folder *folder = calloc(1, sizeof *folder);
    folder->context = context_new(&system_allocator);
    strcpy(folder->path, "/tmp/ttile-test-XXXXXX");
    *state = folder;
    return folder->context && mkdtemp(folder->path) ? 0 : -1;
}

static int drop_folder(void **state) {
    Folder *folder = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder->path);
    int result = system(command);
    context_free(folder->context);
    free(folder);
    return result;
}

static int entries(const char *path) {
    DIR *directory = opendir(path);
    int count = 0;
    while (readdir(directory)) count++;
    closedir(directory);
    return count - 2;
}

typedef struct Job {
    const char *path;
    size_t limit, length;
    const char *data;
} Job;

static void read_job(Context *context, void *user) {
    Job *job = user;
    job->data = file_read(context, job->path, job->limit, &job->length);
}

static void write_job(Context *context, void *user) {
    const Job *job = user;
    file_write(context, job->path, job->data, job->length);
}

static void folder_job(Context *context, void *user) { folder_make(context, user); }

static const char *inside(const Folder *folder, const char *name) {
    return arena_format(&folder->context->unit, "%s/%s", folder->path, name);
}

static void assert_holds(const Folder *folder, const char *path, const char *expected) {
    Job job = {.path = path, .limit = 1000};
    assert_works(folder->context, read_job, &job);
    assert_int_equal(job.length, strlen(expected));
    assert_string_equal(job.data, expected);
}

static void test_write_and_read(void **state) {
    const Folder *folder = *state;
    const char *path = inside(folder, "a");
    assert_works(folder->context, write_job, &(Job){path, 0, 5, "first"});
    assert_holds(folder, path, "first");
    assert_works(folder->context, write_job, &(Job){path, 0, 0, ""});
    assert_holds(folder, path, "");
    assert_int_equal(entries(folder->path), 1);
}

static void test_unreadable(void **state) {
    const Folder *folder = *state;
    const char *path = inside(folder, "a");
    assert_fails(folder->context, read_job, &(Job){.path = path, .limit = 9}, DIAG_FILE_UNREADABLE);
    assert_fails(folder->context, read_job, &(Job){.path = folder->path, .limit = 9}, DIAG_FILE_UNREADABLE);
    assert_fails(folder->context, read_job, &(Job){.path = "/dev/zero", .limit = 100000}, DIAG_FILE_UNREADABLE);
    assert_works(folder->context, write_job, &(Job){path, 0, 5, "first"});
    assert_fails(folder->context, read_job, &(Job){.path = path, .limit = 4}, DIAG_FILE_UNREADABLE);
    assert_works(folder->context, read_job, &(Job){.path = path, .limit = 5});
}

static void test_unwritable(void **state) {
    const Folder *folder = *state;
    Job job = {inside(folder, "none/a"), 0, 1, "x"};
    assert_fails(folder->context, write_job, &job, DIAG_FILE_UNWRITABLE);
    job.path = folder->path;
    assert_fails(folder->context, write_job, &job, DIAG_FILE_UNWRITABLE);
    char endless[9000];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    job.path = endless;
    assert_fails(folder->context, write_job, &job, DIAG_FILE_UNWRITABLE);
    job.path = "/dev/full";
    assert_fails(folder->context, write_job, &job, DIAG_FILE_UNWRITABLE);
    assert_int_equal(entries(folder->path), 0);
    struct stat status;
    assert_true(stat("/dev/full", &status) == 0 && S_ISCHR(status.st_mode));
}

static void test_links_and_devices(void **state) {
    const Folder *folder = *state;
    const char *path = inside(folder, "real"), *link = inside(folder, "link");
    assert_works(folder->context, write_job, &(Job){path, 0, 3, "old"});
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink(path, link), 0);
    assert_works(folder->context, write_job, &(Job){link, 0, 3, "new"});
    assert_holds(folder, path, "new");
    struct stat status;
    assert_true(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
    assert_true(stat(path, &status) == 0 && (status.st_mode & 0777) == 0640);
    assert_works(folder->context, write_job, &(Job){"/dev/null", 0, 3, "new"});
    assert_true(stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode));
}

static void test_folders(void **state) {
    const Folder *folder = *state;
    char *path = arena_format(&folder->context->unit, "%s/x//y/z/", folder->path);
    assert_works(folder->context, folder_job, path);
    assert_works(folder->context, folder_job, path);
    assert_int_equal(access(path, F_OK), 0);
    assert_works(folder->context, write_job, &(Job){inside(folder, "file"), 0, 1, "x"});
    assert_fails(folder->context, folder_job, (void *)inside(folder, "file/y"), DIAG_FILE_UNWRITABLE);
    assert_fails(folder->context, folder_job, (void *)inside(folder, "file"), DIAG_FILE_UNWRITABLE);
}

typedef struct BatchJob {
    FileBatch batch;
    const char *const *paths;
    bool publish;
} BatchJob;

static void batch_job(Context *context, void *user) {
    BatchJob *job = user;
    job->batch.context = context;
    for (const char *const *path = job->paths; *path; path++) batch_write(&job->batch, *path, "new", 3);
    if (job->publish) batch_publish(&job->batch);
}

static void test_batches(void **state) {
    const Folder *folder = *state;
    const char *old = inside(folder, "old"), *deep = inside(folder, "x/y/new");
    assert_works(folder->context, write_job, &(Job){old, 0, 3, "old"});
    const char *const good[] = {old, deep, NULL}, *const bad[] = {old, deep, inside(folder, "old/under"), NULL};
    BatchJob job = {.paths = bad};
    assert_fails(folder->context, batch_job, &job, DIAG_FILE_UNWRITABLE);
    assert_int_equal(entries(folder->path), 3); // a temporary and x
    batch_discard(&job.batch);
    assert_holds(folder, old, "old");
    assert_int_equal(entries(folder->path), 1);
    job = (BatchJob){.paths = good};
    assert_works(folder->context, batch_job, &job);
    assert_holds(folder, old, "old"); // until it is published
    file_remove_temporaries();        // as a signal would
    batch_discard(&job.batch);
    assert_int_equal(entries(folder->path), 1);
    job = (BatchJob){.paths = good, .publish = true};
    assert_works(folder->context, batch_job, &job);
    batch_discard(&job.batch); // leaves what was published
    assert_holds(folder, old, "new");
    assert_holds(folder, deep, "new");
    assert_int_equal(entries(folder->path), 2);
}

// A process that is stopped in the middle of a large write leaves the old file and no temporary.
static void stop_while_writing(Context *context, void *user) {
    const Job *job = user;
    size_t length = (size_t)256 << 20;
    char *data = calloc(1, length);
    for (;;) file_write(context, job->path, data, length);
}

static void on_signal(int number) {
    (void)number;
    file_remove_temporaries();
    _exit(130);
}

static void test_interrupted(void **state) {
    const Folder *folder = *state;
    const char *path = inside(folder, "a");
    assert_works(folder->context, write_job, &(Job){path, 0, 3, "old"});
    pid_t child = fork();
    if (child == 0) {
        signal(SIGTERM, on_signal);
        context_try(folder->context, stop_while_writing, &(Job){.path = path});
        _exit(1);
    }
    while (entries(folder->path) < 2) usleep(100); // the temporary is there
    kill(child, SIGTERM);
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 130);
    assert_int_equal(entries(folder->path), 1);
    assert_holds(folder, path, "old");
}

#define FILE_TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, drop_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_write_and_read),    FILE_TEST(test_unreadable), FILE_TEST(test_unwritable),
        FILE_TEST(test_links_and_devices), FILE_TEST(test_folders),    FILE_TEST(test_interrupted),
        FILE_TEST(test_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
