// Counters that are followed exactly through branches and loops, such as the pages pushed since the thread began.
//
// At the head of iteration i a counter has got the changes of all iterations before i on top of what it had on entry. A
// change may depend on the iteration; then the sum stays symbolic, and two threads that count alike have equal sums.
#include "program/verify.h"

enum { GIVE_UP_PASS = 3 };

Amount count_after_branches(Walk *walk, Amount then, Amount otherwise, Amount condition) {
    Amounts *amounts = &walk->check->amounts;
    if (amount_equal(then, otherwise)) return then;
    Amount args[3] = {condition, amount_subtract(amounts, then, otherwise), {0}};
    return amount_add(amounts, otherwise, amount_op(amounts, OP_SELECT, args));
}

Amount count_at_head(Walk *walk, const LoopStates *loop, Amount entry, Amount change) {
    Amounts *amounts = &walk->check->amounts;
    Amount index = amount_index(amounts, loop->depth);
    return amount_add(amounts, entry, amount_total(amounts, loop->depth, loop->start, index, change));
}

bool count_settle(Walk *walk, const LoopStates *loop, int pass, Amount entry, Amount *head, Amount out,
                  Amount *change) {
    Amount seen = amount_subtract(&walk->check->amounts, out, *head);
    if (amount_equal(seen, pass ? *change : (Amount){0})) return true;
    if (pass > GIVE_UP_PASS) return true; // what is unknown stays unknown
    if (pass == GIVE_UP_PASS) seen = amount_unknown(&walk->check->amounts);
    *change = seen;
    *head = count_at_head(walk, loop, entry, seen);
    return false;
}

Amount count_after_loop(Walk *walk, const LoopStates *loop, Amount entry, Amount change) {
    Amounts *amounts = &walk->check->amounts;
    return amount_add(amounts, entry, amount_total(amounts, loop->depth, loop->start, loop->end, change));
}
