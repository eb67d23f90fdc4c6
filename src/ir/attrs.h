// The attributes of a function: what attrs.def says of each.
#ifndef TTILE_IR_ATTRS_H
#define TTILE_IR_ATTRS_H

#include "ir/ir.h"

const char *attr_name(AttrId id);
const char *attr_type(AttrId id);
const char *attr_doc(AttrId id);
// ATTR_COUNT if there is none of that name.
AttrId attr_find(const char *name);
// Whether the value has the attribute's type. Floats must be finite: others are no Python literals.
bool attr_check(AttrId id, const Value *value);
// Whether older backends have an attribute of that name with values of another form, which a kernel may still hold
// among its user attributes.
bool attr_has_older_form(AttrId id);
// Whether a kernel's author may set it; the others say what passes made or hold.
bool attr_is_authors(AttrId id);
// Whether a value is of a type as attrs.def writes them.
bool attr_has_type(const char *type, const Value *value);
// Whether the value can be printed and read back at all; what a user's attribute must be.
bool attr_is_printable(const Value *value);
// The attributes that a function holds.
AttrSet attrs_held(const Function *function);

#endif
