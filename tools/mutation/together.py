"""Builds many mutants into one program, which makes the mistake that ORRERY_MUTANT names.

A body of a function that mutants change becomes

  { if (::orrery_mutant == 7) { 7's body } else if (::orrery_mutant == 9) { 9's body } else { the body } }

so that all of them cost one build. A mutant that changes anything else than bodies of functions that
run (a table of edges, a constexpr function) is built alone.
"""

import re

import patches

SWITCH = "ORRERY_MUTANT"
DECLARATION = 'extern "C" int orrery_mutant;\n'
DEFINITION_FILE = "engine/base/check.cc"
DEFINITION = f"""
#include <cstdlib>
{DECLARATION}int orrery_mutant = std::getenv("{SWITCH}") == nullptr ? 0 : std::atoi(std::getenv("{SWITCH}"));
"""

# A raw string, a string, a character, a line comment or a block comment.
LITERAL = re.compile(
    r'R"([^\s()\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.DOTALL)
# What may stand between the parameters of a function and its body.
END_OF_HEAD = re.compile(r"\)\s*(?:(?:const|override|final|noexcept|mutable|->\s*[\w:<>&*, ]+?)\s*)*$")
WORD_BEFORE = re.compile(r"([\w\]>~=!+\-*/\[<&|()]+)\s*$")
NO_FUNCTION = re.compile(r"(?:if|for|while|switch|catch)$|.*\]$")
HEAD_SIZE_MAX = 400


def blank(text):
    return LITERAL.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), text)


def opening(code, at):
    """Of the parenthesis that closes at `at`."""
    depth = 0
    while at >= 0:
        depth += {")": 1, "(": -1}.get(code[at], 0)
        if depth == 0:
            return at
        at -= 1
    return -1


def closing(code, at):
    """Behind the brace that closes the one at `at`."""
    depth = 0
    for i in range(at, len(code)):
        depth += {"{": 1, "}": -1}.get(code[i], 0)
        if depth == 0:
            return i + 1
    return len(code)


def bodies(text):
    """The outermost bodies of functions as (begin, end, whether it may run while compiling)."""
    code = blank(text)
    found = []
    at = code.find("{")
    while at >= 0:
        end = at + 1
        begin_of_head = max(0, at - HEAD_SIZE_MAX)
        match = END_OF_HEAD.search(code[begin_of_head:at])
        if match:
            parenthesis = opening(code, begin_of_head + match.start())
            word = WORD_BEFORE.search(code[max(0, parenthesis - 80):parenthesis])
            if word and (word.group(1).endswith("operator()") or not NO_FUNCTION.match(word.group(1))):
                end = closing(code, at)
                head = code[max(code.rfind(c, 0, parenthesis) for c in ";{}#") + 1:at]
                found.append((at, end, re.search(r"\bconst(expr|eval)\b", head) is not None))
        at = code.find("{", end)
    return found


def split(text):
    """What stands around the bodies, and the bodies as (text, whether it may run while compiling)."""
    around, inside, at = [], [], 0
    for begin, end, runs_early in bodies(text):
        around.append(text[at:begin])
        inside.append((text[begin:end], runs_early))
        at = end
    return [*around, text[at:]], inside


def changed_bodies(before, after):
    """Index and new text of each body that differs; None when anything else does."""
    around, inside = split(before)
    other_around, other_inside = split(after)
    if around != other_around or len(inside) != len(other_inside):
        return None
    changes = [(i, new) for i, ((old, _), (new, _)) in enumerate(zip(inside, other_inside)) if old != new]
    return None if any(inside[i][1] for i, _ in changes) else changes


def merge(text, variants):
    """`variants`: by index of a body, (number, text) of each mutant that changes it."""
    around, inside = split(text)
    merged = around[0]
    for i, (body, _) in enumerate(inside):
        chain = "".join(f"if (::orrery_mutant == {number}) {new} else " for number, new in variants.get(i, []))
        merged += (f"{{ {chain}{body} }}" if chain else body) + around[i + 1]
    includes = list(re.finditer(r"^#include[^\n]*\n", merged[:max(0, merged.find("\nnamespace "))], re.MULTILINE))
    at = includes[-1].end() if includes else 0
    return merged[:at] + DECLARATION + merged[at:]


def combine(tree, mutants):
    """Changes the sources of `tree`, which are as committed. Answers the numbers of the mutants that are
    in it, by name; the others have to be built alone."""
    numbers, variants, originals = {}, {}, {}
    for number, mutant in enumerate(mutants, 1):
        files = re.findall(r"^\+\+\+ b/(\S+)", mutant.path.read_text(encoding="utf-8"), re.MULTILINE)
        before = {name: read(tree.path / name) for name in files if (tree.path / name).exists()}
        if patches.apply(mutant, tree.path) is not None:
            continue
        changes = {name: changed_bodies(text, read(tree.path / name)) for name, text in before.items()}
        for name, text in before.items():
            write(tree.path / name, text)
        if None in changes.values():
            continue
        numbers[mutant.name] = number
        originals.update(before)
        for name, changed in changes.items():
            for index, new in changed:
                variants.setdefault(name, {}).setdefault(index, []).append((number, new))
    for name, of_file in variants.items():
        write(tree.path / name, merge(originals[name], of_file))
    definition = tree.path / DEFINITION_FILE
    write(definition, read(definition) + DEFINITION)
    return numbers


def read(path):
    return path.read_text(encoding="utf-8")


def write(path, text):
    path.write_text(text, encoding="utf-8")
