// The tables language.def, python.def and tvmscript.def, and looking a name up in them.
#include "front/library.h"

#include <string.h>

#define FUNCTION(module, name, signature, handler, doc) {module, name, signature, ROW_FUNCTION, handler, doc},
#define METHOD(module, name, signature, handler, doc)   {module, name, signature, ROW_METHOD, handler, doc},
#define PURE(module, name, signature, handler)          {module, name, signature, ROW_PURE, handler, ""},
#define CONSTANT(module, name, handler, doc)            {module, name, "", ROW_CONSTANT, handler, doc},
#define HINT(module, name, doc)                         {module, name, "* **", ROW_HINT, NULL, doc},
#define OPAQUE(module, name, doc)                       {module, name, "* **", ROW_OPAQUE, NULL, doc},
#define GPU_ONLY(module, name, doc)                     {module, name, "* **", ROW_GPU_ONLY, NULL, doc},
#define UNSUPPORTED(module, name, doc)                  {module, name, "* **", ROW_UNSUPPORTED, NULL, doc},
static const LibraryRow rows[] = {
#include "front/language.def"
#include "front/python.def"
#include "front/tvmscript.def"
};
#undef FUNCTION
#undef METHOD
#undef PURE
#undef CONSTANT
#undef HINT
#undef OPAQUE
#undef GPU_ONLY
#undef UNSUPPORTED

#define ROW_COUNT (sizeof rows / sizeof *rows)

const LibraryRow *find_row(const char *module, const char *name) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].module, module) == 0 && strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

const char *row_prefix(const LibraryRow *row) { return strcmp(row->module, "tvmscript") == 0 ? "T" : row->module; }

int row_names(Evaluator *ev, const char *module, const char *const **names) {
    const char **result = arena_new_array(ev->arena, const char *, ROW_COUNT);
    int count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].module, module) == 0) result[count++] = rows[i].name;
    *names = result;
    return count;
}
