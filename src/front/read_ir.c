// Reads IR text (docs/ir.md): modules, the heads of functions and the parts of programs.
#include <string.h>

#include "front/front.h"
#include "front/read_ir.h"
#include "ir/attrs.h"
#include "ir/names.h"
#include "ir/verify.h"

bool front_is_ir(const Source *source) {
    static const char first[] = "# ttile ir ";
    return source->length >= sizeof first - 1 && !memcmp(source->text, first, sizeof first - 1);
}

// ---------------------------------------------------------------- parameters and attributes

static void read_size(Reader *reader, const Node *parameter, const Node *call, Location location) {
    DType type = ir_dtype(reader, ir_required(reader, call, 0, NULL));
    Variable *size = variable_new(reader->function, VARIABLE_SIZE, parameter->name, type, location);
    const Node *bound = ir_argument(call, 1, NULL);
    if (bound) size->bound = ir_integer(reader, bound), size->is_bound = true;
    vector_push(&reader->context->unit, reader->function->sizes, size);
    ir_define(reader, parameter, (Symbol){.name = parameter->name, .kind = SYMBOL_VARIABLE, .variable = size});
}

static void read_tensor(Reader *reader, const Node *parameter, const Node *call, Location location) {
    Buffer *buffer = ir_buffer(reader, parameter->name, call, SCOPE_GLOBAL, location);
    buffer->parameter = (int)reader->function->parameters.count;
    vector_push(&reader->context->unit, reader->function->parameters, buffer);
}

// Sizes come last in the text, but tensors' shapes are written in them: they are read first.
static void read_parameters(Reader *reader, const Node *definition) {
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < definition->items.count; i++) {
            const Node *parameter = definition->items.items[i], *type = parameter->first;
            const char *called = type ? ir_call_name(type, "T") : NULL;
            bool size = called && !strcmp(called, "size"), tensor = called && !strcmp(called, "Tensor");
            if (!size && !tensor)
                ir_refuse(reader, parameter, "a parameter is `name: T.Tensor(...)` or `name: T.size(...)`");
            Location location = ir_location(reader, parameter);
            if (size && round == 0) read_size(reader, parameter, type, location);
            if (tensor && round == 1) read_tensor(reader, parameter, type, location);
        }
}

static void read_attributes(Reader *reader, const Node *call) {
    const Node *display = ir_required(reader, call, 0, NULL);
    const Value *dict = ir_value(reader, display);
    if (dict->kind != VALUE_DICT) ir_refuse(reader, call, "T.func_attr takes a dict");
    for (uint32_t i = 0; i < dict->count; i++) {
        AttrId id = attr_find(dict->keys[i]);
        bool is_older = id != ATTR_COUNT && attr_has_older_form(id) && !attr_check(id, dict->items[i]);
        if (id == ATTR_COUNT || is_older) {
            value_set_at(&reader->context->unit, reader->function->user_attributes, dict->keys[i], value_place(dict, i),
                         dict->items[i]);
            continue;
        }
        if (!attr_check(id, dict->items[i]))
            ir_refuse(reader, dict->count == display->items.count ? display->items.items[i]->second : call,
                      "the attribute %s is a %s", attr_name(id), attr_type(id));
        reader->function->attributes[id] = dict->items[i];
        reader->function->is_claimed |= id != ATTR_TARGET && id != ATTR_OPTIONS;
    }
}

// ---------------------------------------------------------------- programs

static const Value *integers(Reader *reader, const Node *node, const Value *list, uint32_t count) {
    bool fits = list->kind == VALUE_LIST && list->count == count;
    for (uint32_t i = 0; fits && i < count; i++) fits = list->items[i]->kind == VALUE_INT;
    if (!fits) ir_refuse(reader, node, "expected lists of %u integers", count);
    return list;
}

static CoreRange core_range(Reader *reader, const Node *node, const Value *list) {
    for (uint32_t i = 0; i < 4; i++)
        if (list->items[i]->integer < 0 || list->items[i]->integer > 1000)
            ir_refuse(reader, node, "a core range has numbers from 0 to 1000");
    return (CoreRange){(int)list->items[0]->integer, (int)list->items[1]->integer, (int)list->items[2]->integer,
                       (int)list->items[3]->integer};
}

static CoreAxis read_axis(Reader *reader, const Node *node) {
    if (!node) return AXIS_NONE;
    Name word = ir_text(reader, node);
    if (strcmp(word, "x") == 0) return AXIS_X;
    if (strcmp(word, "y") == 0) return AXIS_Y;
    ir_refuse(reader, node, "core is \"x\" or \"y\"");
}

static void read_argument(Reader *reader, Name name, const Node *call, Location location) {
    Arena *arena = &reader->context->unit;
    RuntimeArgument *argument = arena_new(arena, RuntimeArgument);
    DType type = ir_dtype(reader, ir_required(reader, call, 0, NULL));
    Variable *variable = variable_new(reader->function, VARIABLE_RUNTIME, name, type, location);
    argument->variable = variable;
    argument->axis = read_axis(reader, ir_argument(call, UINT32_MAX, "core"));
    const Node *list = ir_required(reader, call, 1, NULL);
    const Value *pieces = ir_value(reader, list);
    if (pieces->kind != VALUE_LIST)
        ir_refuse(reader, list, "expected a list of pieces [x, y, columns, rows, base, dx, dy]");
    for (uint32_t i = 0; i < pieces->count; i++) {
        const Value *piece = integers(reader, list, pieces->items[i], 7);
        ArgumentPiece read = {core_range(reader, list, piece), piece->items[4]->integer, piece->items[5]->integer,
                              piece->items[6]->integer};
        vector_push(arena, argument->pieces, read);
    }
    vector_push(arena, reader->function->arguments, argument);
    ir_define(reader, call, (Symbol){.name = name, .kind = SYMBOL_VARIABLE, .variable = variable});
}

static Thread thread_word(Reader *reader, const Node *call, const char *keyword) {
    const Node *node = ir_required(reader, call, UINT32_MAX, keyword);
    Thread thread;
    if (!thread_parse(ir_text(reader, node), &thread))
        ir_refuse(reader, node, "a thread is \"reader\", \"compute\" or \"writer\"");
    return thread;
}

static void read_circular(Reader *reader, Name name, const Node *call, Location location) {
    CircularBuffer *circular = arena_new(&reader->context->unit, CircularBuffer);
    const Node *unpack = ir_required(reader, call, UINT32_MAX, "unpack"),
               *resident = ir_argument(call, UINT32_MAX, "resident");
    const Node *constant = ir_argument(call, UINT32_MAX, "constant"), *alias = ir_argument(call, UINT32_MAX, "alias");
    const Node *holds = ir_argument(call, UINT32_MAX, "holds"), *shard = ir_argument(call, UINT32_MAX, "shard");
    *circular = (CircularBuffer){
        .name = function_fresh_name(reader->function, name),
        .index = ir_small_integer(reader, ir_required(reader, call, 0, NULL)),
        .format = ir_dtype(reader, ir_required(reader, call, 1, NULL)),
        .page_bytes = ir_small_integer(reader, ir_required(reader, call, UINT32_MAX, "page_bytes")),
        .pages = ir_small_integer(reader, ir_required(reader, call, UINT32_MAX, "pages")),
        .window = ir_small_integer(reader, ir_required(reader, call, UINT32_MAX, "window")),
        .producer = thread_word(reader, call, "producer"),
        .consumer = thread_word(reader, call, "consumer"),
        .resident = resident && ir_boolean(reader, resident),
        .constant = constant ? ir_text(reader, constant) : NULL,
        .shard = shard ? ir_symbol(reader, shard, SYMBOL_BUFFER, "a tensor")->buffer : NULL,
        .alias = alias ? ir_symbol(reader, alias, SYMBOL_CIRCULAR, "a circular buffer")->circular : NULL,
        .holds = holds ? ir_text(reader, holds) : NULL,
        .location = location,
    };
    if (!unpack_parse(ir_text(reader, unpack), &circular->unpack))
        ir_refuse(reader, unpack, "unpack is \"source\" or \"dst\"");
    vector_push(&reader->context->unit, reader->function->circular_buffers, circular);
    ir_define(reader, call, (Symbol){.name = name, .kind = SYMBOL_CIRCULAR, .circular = circular});
}

static void read_semaphore(Reader *reader, Name name, const Node *call, Location location) {
    (void)location;
    Semaphore *semaphore = arena_new(&reader->context->unit, Semaphore);
    semaphore->name = function_fresh_name(reader->function, name);
    semaphore->index = ir_small_integer(reader, ir_required(reader, call, 0, NULL));
    semaphore->initial = ir_small_integer(reader, ir_required(reader, call, 1, NULL));
    vector_push(&reader->context->unit, reader->function->semaphores, semaphore);
    ir_define(reader, call, (Symbol){.name = name, .kind = SYMBOL_SEMAPHORE, .semaphore = semaphore});
}

static void read_thread(Reader *reader, Thread thread, const Node *with, const Node *call) {
    ThreadProgram *program = arena_new(&reader->context->unit, ThreadProgram);
    program->thread = thread;
    program->body = block_new(reader->module, NULL);
    const Node *cores = ir_argument(call, UINT32_MAX, "cores");
    const Value *ranges = cores ? ir_value(reader, cores) : NULL;
    if (ranges && ranges->kind != VALUE_LIST) ir_refuse(reader, cores, "cores is a list of [x, y, columns, rows]");
    for (uint32_t i = 0; ranges && i < ranges->count; i++) {
        CoreRange range = core_range(reader, cores, integers(reader, cores, ranges->items[i], 4));
        vector_push(&reader->context->unit, program->cores, range);
    }
    ir_block(reader, &with->body, program->body);
    vector_push(&reader->context->unit, reader->function->threads, program);
}

// A declaration or region that only programs have; false if the statement is none.
static bool read_program_part(Reader *reader, const Node *statement) {
    typedef void Read(Reader * reader, Name name, const Node *call, Location location);
    static const struct {
        const char *name;
        Read *read;
    } parts[] = {{"runtime_arg", read_argument}, {"circular_buffer", read_circular}, {"semaphore", read_semaphore}};
    if (statement->kind == NODE_WITH && statement->items.count == 1) {
        const Node *call = statement->items.items[0]->first;
        const char *called = ir_call_name(call, "T");
        Thread thread;
        if (!called || !thread_parse(called, &thread)) return false;
        read_thread(reader, thread, statement, call);
        return true;
    }
    if (statement->kind != NODE_ASSIGN || statement->items.count != 1 || statement->items.items[0]->kind != NODE_NAME)
        return false;
    const char *called = ir_call_name(statement->first, "T");
    for (size_t i = 0; called && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(called, parts[i].name)) continue;
        parts[i].read(reader, statement->items.items[0]->name, statement->first, ir_location(reader, statement));
        return true;
    }
    return false;
}

// ---------------------------------------------------------------- functions

static void read_function(Reader *reader, const Node *definition) {
    reader->function = function_new(reader->module, definition->name, ir_location(reader, definition));
    reader->symbols = NULL;
    reader->symbol_count = reader->symbol_capacity = 0;
    read_parameters(reader, definition);
    NodeList rest = {0};
    for (uint32_t i = 0; i < definition->body.count; i++) {
        Node *statement = definition->body.items[i];
        const char *called = statement->kind == NODE_EXPRESSION ? ir_call_name(statement->first, "T") : NULL;
        if (called && !strcmp(called, "func_attr"))
            read_attributes(reader, statement->first);
        else if (!read_program_part(reader, statement))
            vector_push(&reader->context->unit, rest, statement);
    }
    if (reader->function->threads.count && rest.count)
        ir_refuse(reader, rest.items[0], "a function with thread regions has no other statements");
    if (reader->function->threads.count)
        reader->function->body = NULL;
    else
        ir_block(reader, &rest, reader->function->body);
    if (!verify_text(reader->function)) fail_now(reader->context);
}

static bool find_comment(const Node *node, void *user) {
    Reader *reader = user;
    Location location;
    if (!reader->has_locations) reader->has_locations = ir_comment(reader, node, &location);
    return !reader->has_locations;
}

void front_read_ir(Module *module, const Source *source) {
    Context *context = module->context;
    if (strncmp(source->text, "# ttile ir 1", 12) ||
        (source->text[12] != '\n' && source->text[12] != '\r' && source->text[12]))
        fail(context, DIAG_IR_TEXT, (Location){source, 1, 1, 0}, "IR text begins with the line `# ttile ir 1`");
    const Node *tree = parse_module(context, source, DIAG_IR_TEXT);
    Reader reader = {.context = context, .module = module};
    walk_nodes(tree, find_comment, &reader);
    for (uint32_t i = 0; i < tree->body.count; i++) {
        const Node *node = tree->body.items[i];
        if (node->kind != NODE_FUNCTION) ir_refuse(&reader, node, "IR text holds functions only");
        read_function(&reader, node);
    }
}
