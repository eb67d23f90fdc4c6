// The handlers of language.def and python.def.
#ifndef TTILE_FRONT_LIBRARY_H
#define TTILE_FRONT_LIBRARY_H

#include "front/evaluate.h"

#define FUNCTION(module, name, signature, handler, doc) Object *handler(Evaluator *ev, Call *call);
#define METHOD(module, name, signature, handler, doc)   Object *handler(Evaluator *ev, Call *call);
#define PURE(module, name, signature, handler)          Object *handler(Evaluator *ev, Call *call);
#define CONSTANT(module, name, handler, doc)            Object *handler(Evaluator *ev, Call *call);
#define HINT(module, name, doc)
#define OPAQUE(module, name, doc)
#define GPU_ONLY(module, name, doc)
#define UNSUPPORTED(module, name, doc)
#include "front/language.def"
#include "front/python.def"
#include "front/tvmscript.def"
#undef FUNCTION
#undef METHOD
#undef PURE
#undef CONSTANT
#undef HINT
#undef OPAQUE
#undef GPU_ONLY
#undef UNSUPPORTED

// An attribute's value: a literal.
const Value *attribute_value(Evaluator *ev, Object *object, const Node *node, int depth);
// An entry of a dict of attributes that was written as `node`, and where in it.
typedef struct AttributeEntry {
    Name name;
    Object *value;
    const Node *key_node, *value_node;
} AttributeEntry;
AttributeEntry attribute_entry(Evaluator *ev, const Object *dict, uint32_t i, const Node *node);
// Makes it one of the function's own attributes.
void hold_attribute(Evaluator *ev, const AttributeEntry *entry);

#endif
