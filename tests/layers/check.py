#!/usr/bin/env python3
"""Checks that dependencies point one way, as docs/architecture.md says.

LAYERS is the contract: which folders a folder of src/ may include from. FORBIDDEN holds what must not be reached even
through other headers, so that the judge stays independent of what it judges. Only src/base may call the C allocator.
"""

import re
import sys
import tempfile
from pathlib import Path

LAYERS = {
    "base": [],
    "ir": ["base"],
    "target": ["base"],
    "data": ["base", "ir"],
    "front": ["base", "ir"],
    "oracle": ["base", "ir", "data"],
    "program": ["base", "ir", "target"],
    "pass": ["base", "ir", "target", "program"],
    "compat": ["base", "ir", "target", "program"],
    "sim": ["base", "ir", "target", "program", "data"],
    "plan": ["base", "ir", "target", "program", "pass", "compat"],
    "emit": ["base", "ir", "target", "program"],
    "report": ["base", "ir", "target", "program", "pass", "compat", "data", "sim"],
}
LAYERS["api"] = sorted(LAYERS)
LAYERS["cli"] = sorted(LAYERS)
FORBIDDEN = {"oracle": ["pass", "program", "emit", "sim"], "sim": ["pass", "emit"]}
ALLOCATOR = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def folder_of(path):
    return path.split("/")[0]


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"//[^\n]*", "", text)


def read_tree(root):
    """Every C file below root/src, by its path from there, with its text."""
    source = root / "src"
    files = sorted(path for path in source.rglob("*") if path.suffix in (".c", ".h", ".def"))
    return {path.relative_to(source).as_posix(): path.read_text() for path in files}


def includes_of(files):
    """Per file the files of src/ that it includes; a name without a folder is looked up beside it."""
    result = {}
    for path, text in files.items():
        beside = path.rsplit("/", 1)[0] + "/"
        named = INCLUDE.findall(text)
        result[path] = [name if "/" in name else beside + name for name in named if not name.startswith("ttile/")]
    return result


def reached(path, includes):
    """Every file reached from `path`, each with the file that brought it in."""
    seen, open_paths = {}, [path]
    while open_paths:
        current = open_paths.pop()
        for name in includes.get(current, []):
            if name not in seen:
                seen[name] = current
                open_paths.append(name)
    return seen


def direction_errors(includes):
    for path, names in includes.items():
        folder = folder_of(path)
        if folder not in LAYERS:
            yield f"src/{path}: folder {folder} has no row in LAYERS"
            continue
        for name in names:
            target = folder_of(name)
            if target != folder and target not in LAYERS[folder]:
                legal = ", ".join(LAYERS[folder]) or "nothing"
                yield f'src/{path} includes "{name}": {folder} may include from {legal}'


def independence_errors(includes):
    for path in includes:
        forbidden = FORBIDDEN.get(folder_of(path), [])
        for name, through in reached(path, includes).items():
            if folder_of(name) in forbidden:
                yield f'src/{path} reaches "{name}" through src/{through}: {folder_of(path)} must not depend on it'


def allocator_errors(files):
    for path, text in files.items():
        found = ALLOCATOR.search(without_comments(text))
        if found and folder_of(path) != "base":
            yield f"src/{path} calls {found.group(1)}: only src/base does; use an arena or the context's allocator"


def check(root):
    files = read_tree(root)
    includes = includes_of(files)
    return [*direction_errors(includes), *independence_errors(includes), *allocator_errors(files)], len(files)


# Trees that break one rule each, and a word of the message that must come.
VIOLATIONS = [
    ({"base/a.c": '#include "ir/ir.h"\n'}, "base may include from nothing"),
    ({"ir/a.c": '#include "program/program.h"\n'}, "ir may include from"),
    ({"oracle/a.c": '#include "data/d.h"\n', "data/d.h": '#include "sim/sim.h"\n', "sim/sim.h": ""}, "oracle must not"),
    ({"sim/a.c": '#include "pass/pass.h"\n'}, "sim may include from"),
    ({"pass/a.c": "void f(void) { char *p = malloc(3); }\n"}, "calls malloc"),
    ({"front/a.c": '#include "b.h"\n', "front/b.h": '#include "pass/pass.h"\n'}, "front may include from"),
    ({"surprise/a.c": ""}, "no row in LAYERS"),
]


def self_test():
    for tree, expected in VIOLATIONS:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in tree.items():
                path = Path(folder) / "src" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            errors, _ = check(Path(folder))
        if not any(expected in error for error in errors):
            sys.exit(f"the check accepts {tree}: expected {expected!r}, seen {errors}")
    print(f"layers: each of {len(VIOLATIONS)} violations is seen")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    errors, count = check(Path(__file__).resolve().parents[2])
    for error in errors:
        print(error)
    print(f"layers: {count} files, {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
