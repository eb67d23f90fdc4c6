// Calendars: nothing is given twice, nothing is left that could be taken, nothing is lost as time goes on.
#include "fixture.h"

#include <string.h>

#include "sim/calendar.h"

typedef struct Book {
    Arena arena;
    Calendar calendar;
} Book;

static Book new_book(void) { return (Book){.arena = {.allocator = &system_allocator}}; }

static Span take(Book *book, int64_t now, int64_t arrival, int64_t cycles) {
    return calendar_take(&book->calendar, &book->arena, now, arrival, cycles);
}

static void test_free_resource(void **state) {
    (void)state;
    Book book = new_book();
    Span span = take(&book, 0, 100, 70);
    assert_int_equal(span.start, 100);
    assert_int_equal(span.end, 170);
    assert_int_equal(book.calendar.busy, 70);
    span = take(&book, 0, 5000, 1);
    assert_int_equal(span.start, 5000);
    assert_int_equal(span.end, 5001);
    arena_reset(&book.arena);
}

// Requests for one moment are served one behind the other, without a gap.
static void test_queue(void **state) {
    (void)state;
    Book book = new_book();
    int64_t end = 0;
    for (int i = 0; i < 1000; i++) {
        Span span = take(&book, 0, 0, 68);
        assert_true(span.start >= end && span.start < end + CALENDAR_BUCKET);
        end = span.end;
    }
    assert_true(end >= 68000 && end < 68000 + CALENDAR_BUCKET);
    arena_reset(&book.arena);
}

// Who comes later but is there earlier takes what is free in front.
static void test_gap_in_front(void **state) {
    (void)state;
    Book book = new_book();
    take(&book, 0, 10000, 5000);
    Span span = take(&book, 10, 20, 68);
    assert_int_equal(span.start, 20);
    assert_int_equal(span.end, 88);
    arena_reset(&book.arena);
}

// A long packet goes around what is taken already, in pieces.
static void test_pieces(void **state) {
    (void)state;
    Book book = new_book();
    take(&book, 0, 640, 640);
    Span span = take(&book, 0, 0, 1000);
    assert_int_equal(span.start, 0);
    assert_int_equal(span.end, 1640);
    arena_reset(&book.arena);
}

static void test_nothing_to_take(void **state) {
    (void)state;
    Book book = new_book();
    Span span = take(&book, 0, 77, 0);
    assert_int_equal(span.start, 77);
    assert_int_equal(span.end, 77);
    assert_int_equal(book.calendar.busy, 0);
    arena_reset(&book.arena);
}

// Of every stretch of time no more is given than it has, though the calendar forgets what is over.
static void test_never_more_than_there_is(void **state) {
    (void)state;
    enum { TURNS = 20000, MOST = 300 };
    Book book = new_book();
    uint32_t random = 1;
    int64_t given = 0, last = 0, now = 0;
    for (int i = 0; i < TURNS; i++) {
        random = random * 1664525u + 1013904223u;
        now += random >> 27;
        int64_t cycles = random % MOST;
        Span span = take(&book, now, now + (random >> 8) % 4000, cycles);
        assert_true(span.start >= now && span.end - span.start >= cycles);
        if (span.end > last) last = span.end;
        given += cycles;
    }
    assert_int_equal(book.calendar.busy, given);
    assert_true(given <= last);
    assert_true(given > last * 9 / 10); // more was asked for than there was
    arena_reset(&book.arena);
}

// Far ahead and long after: room is made, and what is over costs nothing.
static void test_growth_and_pauses(void **state) {
    (void)state;
    Book book = new_book();
    Span span = take(&book, 0, 1000000, 10);
    assert_int_equal(span.start, 1000000);
    span = take(&book, 1000000000000, 1000000000000, 10);
    assert_int_equal(span.start, 1000000000000);
    span = take(&book, 1000000000000, 1000000000000, 10);
    assert_int_equal(span.start, 1000000000010);
    arena_reset(&book.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_free_resource),     TEST(test_queue),
        TEST(test_gap_in_front),      TEST(test_pieces),
        TEST(test_nothing_to_take),   TEST(test_never_more_than_there_is),
        TEST(test_growth_and_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
