// Semaphores as they are declared, and the coordinates of other cores: runtime arguments that stand for one, whose
// value on the chip only the host knows.
#include "ir/names.h"
#include "ir/walk.h"
#include "program/verify.h"

static void check_semaphore(Check *check, const Semaphore *semaphore, uint32_t *taken) {
    Context *context = check->context;
    int64_t limit = check->target->semaphores < MAX_SEMAPHORES ? check->target->semaphores : MAX_SEMAPHORES;
    bool is_number = semaphore->index >= 0 && semaphore->index < limit;
    if (!is_number || *taken >> semaphore->index & 1) {
        report(context, DIAG_PROOF_SEMAPHORE, check->function->location, "semaphore '%s' has number %d, %s",
               semaphore->name, semaphore->index, is_number ? "which another one has" : "which the chip does not have");
        report_help(context, "number the semaphores from 0 on, at most %lld of them", (long long)limit);
    } else {
        *taken |= 1u << semaphore->index;
    }
    if (semaphore->initial >= 0) return;
    report(context, DIAG_PROOF_SEMAPHORE, check->function->location,
           "semaphore '%s' begins with %d; it holds numbers from 0 to 2^32 - 1", semaphore->name, semaphore->initial);
    report_help(context, "begin with 0");
}

// ---------------------------------------------------------------- coordinates

static CoreAxis axis_of(const Function *function, const Variable *variable) {
    if (variable->kind != VARIABLE_RUNTIME) return AXIS_NONE;
    for (uint32_t i = 0; i < function->arguments.count; i++)
        if (function->arguments.items[i]->variable == variable) return function->arguments.items[i]->axis;
    return AXIS_NONE;
}

static void check_coordinate(Check *check, const Statement *statement, const Expr *expr, CoreAxis axis) {
    if (expr->kind == EXPR_VARIABLE && axis_of(check->function, expr->variable) == axis) return;
    const char *letter = axis == AXIS_X ? "x" : "y";
    report(check->context, DIAG_PROOF_COORDINATES, statement->location,
           "%s takes the %s coordinate of a core: expected a runtime argument with core=\"%s\", and nothing around it",
           statement->op.operation->name, letter, letter);
    report_help(check->context, "pass it as T.runtime_arg(\"int32\", [...], core=\"%s\")", letter);
}

typedef struct Uses {
    Check *check;
    const Statement *statement;
    bool has_coordinates; // among the runtime arguments
} Uses;

static void check_use(const Expr *expr, void *user) {
    Uses *uses = user;
    if (expr->kind != EXPR_VARIABLE || axis_of(uses->check->function, expr->variable) == AXIS_NONE) return;
    report(uses->check->context, DIAG_PROOF_COORDINATES, uses->statement->location,
           "'%s' stands for a core's coordinate, which is another number on the chip; it is no operand here",
           expr->variable->name);
    report_help(uses->check->context, "pass the number as a runtime argument of its own, without core=");
}

static void check_slot(const Expr **slot, void *user) { walk_expression(*slot, check_use, user); }

static void check_operands(Uses *uses, const Statement *statement, const Reach *reach) {
    for (int i = 0; i < MAX_OPERANDS; i++) {
        const Operand *operand = &statement->op.operands[i];
        if (operand->kind != OPERAND_EXPR) continue;
        if (i >= reach->first && i < reach->first + reach->coordinates)
            check_coordinate(uses->check, statement, operand->expr, (i - reach->first) % 2 ? AXIS_Y : AXIS_X);
        else if (uses->has_coordinates)
            walk_expression(operand->expr, check_use, uses);
    }
}

static void check_statement(Statement *statement, void *user) {
    Uses *uses = user;
    const Instruction *instruction = instruction_of(statement);
    uses->statement = statement;
    if (instruction)
        check_operands(uses, statement, reach_of(instruction));
    else if (uses->has_coordinates)
        statement_expressions(statement, check_slot, uses);
}

static bool has_coordinates(const Function *function) {
    for (uint32_t i = 0; i < function->arguments.count; i++)
        if (function->arguments.items[i]->axis != AXIS_NONE) return true;
    return false;
}

bool verify_semaphores(Check *check) {
    const Function *function = check->function;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < function->semaphores.count && i <= MAX_SEMAPHORES; i++)
        check_semaphore(check, function->semaphores.items[i], &taken);
    Uses uses = {check, NULL, has_coordinates(function)};
    for (uint32_t i = 0; i < function->threads.count; i++)
        walk_statements(function->threads.items[i]->body, check_statement, &uses);
    return check->context->error_count == check->errors_before;
}
