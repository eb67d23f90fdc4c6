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

#endif
