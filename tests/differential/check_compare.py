#!/usr/bin/env python3
"""Hold reader_compare() against Python's ast: a change is cosmetic if and only if the syntax trees are equal.

Modules are made at random, then changed: a pair of parentheses put in or taken out, a comma, other quotes, a docstring,
an annotation, a comment, an operator or a name. Trees are compared without docstrings and annotations.
"""
import argparse
import ast
import collections
import random
import struct
import subprocess
import sys
import warnings

SEED, PAIRS = 412, 8000
BINARY = ("+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "|", "^", "and", "or", "==", "!=", "<", ">=", "in", "not in", "is",
          "is not")
UNARY = ("-", "+", "~", "not", "not")
ATOMS = ("a", "b", "sa", "1", "2.5", "'x'", '"y"', "None", "True", "f'{a}'", "b'z'", "...")


class Maker:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def pick(self, items):
        return items[int(self.rng.random() * len(items))]

    def expression(self, depth=0):
        """A list of tokens."""
        if depth > 3 or self.rng.random() < 0.2:
            return [self.pick(ATOMS)]
        e = lambda: self.expression(depth + 1)
        kind = self.rng.randrange(22)
        if kind < 6:
            return e() + [self.pick(BINARY)] + e()
        if kind < 8:
            return [self.pick(UNARY)] + e()
        if kind < 11:
            return ["("] + e() + [")"]
        if kind == 11:
            return ["f", "("] + e() + [","] + e() + [")"]
        if kind == 12:
            return ["sa", ".", "C", "(", "k", "="] + e() + [")"]
        if kind == 13:
            return e() + ["if"] + e() + ["else"] + e()
        if kind == 14:
            return ["lambda", "x", ":"] + e()
        if kind == 15:
            return ["("] + e() + [","] + (e() if self.rng.random() < 0.5 else []) + [")"]
        if kind == 16:
            return ["["] + e() + ["for", "x", "in"] + e() + (["if"] + e() if self.rng.random() < 0.5 else []) + ["]"]
        if kind == 17:
            return ["{"] + e() + [":"] + e() + ["}"]
        if kind == 18:
            return ["a", "["] + e() + [self.pick((":", ","))] + e() + ["]"]
        if kind == 19:
            return ["f", "(", "*"] + e() + [")"]
        if kind == 20:
            return ["f", "("] + e() + ["for", "x", "in"] + e() + [")"]
        return ["'s'", "f't{a !r}'" if self.rng.random() < 0.5 else '"t"']

    def statement(self):
        e = self.expression
        return self.pick((
            lambda: ["x", "="] + e(), lambda: ["x", "=", "y", "="] + e(), lambda: ["x", "+="] + e(), lambda: ["return"] + e(),
            lambda: ["x", ":", "int", "="] + e(), lambda: ["if"] + e() + [":", "pass"], lambda: ["for", "x", "in"] + e() + [":", "pass"],
            lambda: ["assert"] + e() + [","] + e(), lambda: ["x", "="] + e() + [","] + e(), lambda: ["op", ".", "drop", "("] + e() + [")"],
            lambda: ["with"] + e() + ["as", "c", ":", "pass"], lambda: ["return"] + e() + [","], lambda: ["del", "(", "a", ",", "b", ")"],
            lambda: ["for", "(", "x", ",", "y", ")", "in"] + e() + [":", "pass"], lambda: ["while"] + e() + [":", "pass"],
            lambda: ["from", "a", "import", "(", "b", ",", "c", ")"], lambda: ["def", "g", "(", "p", ":", "int", "=", "1", ",", "*", "q", ")", ":", "pass"],
            lambda: ["raise"] + e() + ["from", "a"], lambda: ["class", "C", "(", ")", ":", "pass"],
        ))()

    def module(self):
        return [["down", "=", "1"], [self.statement() for _ in range(2)], [self.statement()]]

    def change(self, tokens):
        """The same statement, a little different."""
        tokens = list(tokens)
        kind = self.rng.randrange(10)
        opens = [i for i, t in enumerate(tokens) if t == "("]
        if kind < 4 and opens:
            i = self.pick(opens)
            depth = 0
            for k in range(i, len(tokens)):
                depth += (tokens[k] in "([{") - (tokens[k] in ")]}")
                if not depth:
                    del tokens[k]
                    del tokens[i]
                    break
        elif kind < 8:
            i, k = sorted(self.rng.randrange(len(tokens) + 1) for _ in range(2))
            tokens.insert(k, ")")
            tokens.insert(i, "(")
        elif kind == 8:
            closes = [i for i, t in enumerate(tokens) if t in (")", "]", "}")]
            if closes:
                tokens.insert(self.pick(closes), ",")
        else:
            i = self.rng.randrange(len(tokens))
            swaps = {"'x'": '"x"', '"y"': "'y'", "'s'": "u's'", "+": "-", "and": "or", "a": "b", "f't{a !r}'": 'f"t{ a !r}"', '"t"': "r't'"}
            tokens[i] = swaps.get(tokens[i], tokens[i])
        return tokens


def render(module, rng):
    header, up, down = module
    gap = lambda: rng.choice((" ", " ", "  ", " \\\n  "))
    line = lambda tokens: gap().join(tokens) + rng.choice(("", "", "  # c"))
    text = rng.choice(("", '"""doc"""\n', "# c\n\n")) + line(header) + "\n"
    text += "def upgrade():\n" + rng.choice(("", "    'doc'\n")) + "".join("    " + line(s) + "\n" for s in up)
    return text + "def downgrade()%s:\n" % rng.choice(("", " -> None")) + "".join("  " + line(s) + "\n" for s in down)


class Plain(ast.NodeTransformer):
    """Without docstrings and annotations."""

    def body(self, node):
        self.generic_visit(node)
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            del node.body[0]
        return node

    visit_Module = visit_ClassDef = body

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.body(node)

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return ast.Assign([node.target], node.value, None) if node.value else None

    def visit_Constant(self, node):
        node.kind = None
        return node


def tree(source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Plain().visit(ast.parse(source))


def expected(before, after):
    if ast.dump(before) == ast.dump(after):
        return "cosmetic"
    for name in ("upgrade", "downgrade"):
        bodies = [[ast.dump(s) for f in t.body if isinstance(f, ast.FunctionDef) and f.name == name for s in f.body]
                  for t in (before, after)]
        if bodies[0] != bodies[1]:
            return name
    return "other"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--count", type=int, default=PAIRS)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    maker = Maker(args.seed)
    cases = []
    while len(cases) < args.count:
        module = maker.module()
        changed = [module[0], list(module[1]), list(module[2])]
        where = maker.pick((1, 1, 2, 0))
        if where:
            i = maker.rng.randrange(len(changed[where]))
            changed[where][i] = maker.change(changed[where][i])
        else:
            changed[0] = ["down", "=", maker.pick(("1", "(1)", "2"))]
        before, after = (render(m, maker.rng) for m in (module, changed))
        try:
            trees = tree(before), tree(after)
        except (SyntaxError, ValueError):
            continue
        cases.append((before, after, expected(*trees)))
    data = b"".join(struct.pack("<I", len(text)) + text for case in cases for text in (case[0].encode(), case[1].encode()))
    done = subprocess.run([args.build + "/tests/support/compare_dump"], input=data, stdout=subprocess.PIPE, check=True)
    got = done.stdout.decode().split()
    failures = [(case, word) for case, word in zip(cases, got) if case[2] != word]
    for (before, after, want), word in failures[:12]:
        print("--- before\n%s--- after\n%s--- compare says %s, ast says %s" % (before, after, word, want))
    kinds = collections.Counter(case[2] for case in cases)
    print("compare: %d pairs held against ast (%s), %d differ" %
          (len(got), ", ".join("%d %s" % (n, k) for k, n in sorted(kinds.items())), len(failures)))
    return 1 if failures or len(got) != len(cases) else 0


if __name__ == "__main__":
    sys.exit(main())
