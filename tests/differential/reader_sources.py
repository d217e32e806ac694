"""Python modules at random, most of them strange migrations; the same seed gives the same ones."""
import random

NAMES = ("revision", "down_revision", "branch_labels", "depends_on")
IDS = ("189b1231afd4", "2a3f4c9d1cde", "ae10", "", "a b", "with'quote", 'with"quote', "back\\slash", "x" * 40, "tab\there",
       "new\nline", "# no comment", "revision = 'no'", "{x}", "1.2/3", "@head", "None")
WIDE = ("caf\u00e9", "\u20acuro", "\u00fcml", "na\u00efve")
FAR = ("\u65e5\u672c", "\U0001f40d", "\u0416")
ENCODINGS = (("", "utf-8"), ("utf-8", "utf-8"), ("latin-1", "latin-1"), ("iso-8859-15", "iso-8859-15"),
             ("cp1252", "cp1252"), ("ascii", "ascii"), ("UTF8", "utf-8"), ("iso_8859_1", "latin-1"), ("latin9", "iso-8859-15"))
# nested f-strings of Python 3.12, and a plainer one that an older Python parses
NESTED = ('f"{d["a"]}"', "f'{f'{f'x'}'}'", 'f"{x!r:{w["n"]}}"', "rf'{\"a\" if x else 'b'}'", 'f"{", ".join(a)} revision = {"}"}"',
          'f"{{ {d["}"]} }}"', "f'{x:%H:%M}{y:>{'10'}}'", 'F"""{d["""a"""]}"""', "f'{x!r}{ {'a': 1}['a'] }'", 'f"\\N{BULLET}{d["a"]}"')
PLAIN = 'f"{x}"'
MARK = "\ue000"


class Sources:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.encoding = "utf-8"
        self.nested = []

    def pick(self, items):
        return items[int(self.rng.random() * len(items))]

    def chance(self, p):
        return self.rng.random() < p

    # --- strings

    def text(self):
        """A value whose characters the encoding has."""
        pool = IDS + (WIDE if self.encoding not in ("ascii",) else ())
        if self.encoding == "utf-8":
            pool += FAR
        value = self.pick(pool)
        if self.encoding == "latin-1":
            value = value.replace("\u20ac", "E")
        return value

    def escape(self, c):
        kind = self.rng.randrange(5)
        if kind == 0 and ord(c) < 0x100:
            return "\\x%02x" % ord(c)
        if kind == 1 and ord(c) < 0x10000:
            return "\\u%04X" % ord(c)
        if kind == 2:
            return "\\U%08x" % ord(c)
        if kind == 3 and ord(c) < 0x100:
            return "\\%03o" % ord(c)
        return {"\n": "\\n", "\t": "\\t", "\\": "\\\\", "'": "\\'", '"': '\\"'}.get(c, c)

    def string(self, value, extra=True):
        """One literal with this value, unless `extra` makes it another."""
        quote = self.pick(("'", '"', "'''", '"""'))
        raw = "\\" not in value and not value.endswith(quote[0]) and quote not in value and \
            (len(quote) == 3 or "\n" not in value) and self.chance(0.15)
        if raw:
            return self.pick("rR") + quote + value + quote
        out = []
        for i, c in enumerate(value):
            must = c == "\\" or (c == "\n" and len(quote) == 1) or c == quote[0]
            if must or self.chance(0.05):
                escaped = self.escape(c)
                while must and escaped == c:
                    escaped = self.escape(c)
                out.append(escaped)
            else:
                out.append(c)
            if self.chance(0.01):
                out.append("\\\n")
        if extra and self.chance(0.03):
            out.append(self.pick(("\\N{BULLET}", "\\0", "\\ud800", "\\q", "\\ ", "\\400", "\\8")))
        return self.pick(("", "", "", "", "u", "U")) + quote + "".join(out) + quote

    def strings(self):
        """A string as one to three literals side by side."""
        value = self.text()
        if self.chance(0.85) or len(value) < 2:
            return [self.string(value)]
        cut = self.rng.randrange(1, len(value))
        return [self.string(value[:cut]), self.string(value[cut:])] + ([self.string("")] if self.chance(0.2) else [])

    def fstring(self):
        if self.chance(0.5):
            self.nested.append(self.pick(NESTED))
            return MARK
        return self.pick(('f"a"', "f'{x}'", 'rf"{x!r:>10}\\d"', "F'{{{x}}}'", 'f"""{x\n}"""', "f'{x:{w}}'", 'fr"{ {1: 2}[1] }"'))

    # --- expressions, as lists of tokens

    def elements(self, make, least=0):
        out = []
        n = self.rng.randrange(least, 4)
        for i in range(n):
            out += make()
            if i < n - 1 or self.chance(0.3):
                out.append(",")
        return out, n

    def element(self):
        return ["("] + self.strings() + [")"] if self.chance(0.1) else self.strings()

    def sequence(self, make):
        inside, n = self.elements(make)
        kind = self.rng.randrange(3)
        if kind == 0:
            if n == 1 and inside[-1] != ",":
                inside.append(",")
            return ["("] + inside + [")"]
        return ["["] + inside + ["]"] if kind == 1 else ["{"] + inside + ["}"]

    def odd_element(self):
        return self.pick((self.element, lambda: ["None"], lambda: ["x"], lambda: ["*", "x"], lambda: ["1"],
                          lambda: self.sequence(self.element), lambda: ["f", "(", ")"], lambda: ["b'x'"]))()

    def dynamic(self):
        return self.pick((
            lambda: ["get", "(", "revision", ")"], lambda: ["BASE"], lambda: ["1"], lambda: ["-", "1.5e-3j"],
            lambda: self.strings() + ["+"] + self.strings(), lambda: self.strings() + ["%", "x"],
            lambda: ["b'x'"], lambda: [self.fstring()], lambda: [self.string("a")] + [self.fstring()],
            lambda: self.strings() + [".", "strip", "(", ")"], lambda: ["{", "'a'", ":", "1", "}"], lambda: ["{", "}"],
            lambda: ["'a'", "if", "x", "else", "None"], lambda: ["not", "x"], lambda: ["lambda", ":"] + self.strings(),
            lambda: ["lambda", "a", "=", "1", ",", "*", "b", ":", "a"], lambda: ["x", "[", "1", ":", "2", "]"],
            lambda: ["(", "i", "for", "i", "in", "x", ")"], lambda: ["..."], lambda: ["True"], lambda: ["x", "==", "'a'"],
            lambda: ["'a'", "<=", "x", "!=", "y"], lambda: self.sequence(self.odd_element), lambda: ["x", ".", "revision"],
            lambda: ["f", "(", "revision", "=", "'a'", ",", "*", "b", ",", "**", "c", ")"], lambda: ["0x1F"],
            lambda: ["(", "yield_", ")"], lambda: ["~", "x", "//", "2", "**", "3"], lambda: ["'a'", "in", "x"],
        ))()

    def value(self):
        kind = self.rng.randrange(12)
        if kind < 5:
            out = self.strings()
        elif kind < 7:
            out = ["None"]
        elif kind < 9:
            out = self.sequence(self.element)
        else:
            out = self.dynamic()
        while self.chance(0.12):
            out = ["("] + out + [")"]
        return out

    def annotation(self):
        return self.pick((["str"], ["Union", "[", "str", ",", "None", "]"], ["str", "|", "None"], ["'str'"],
                          ["Union", "[", "str", ",", "Sequence", "[", "str", "]", ",", "None", "]"],
                          ["Literal", "[", "'revision = 1'", ",", '"]"', "]"], ["Annotated", "[", "str", ",", "f", "(", "a", "=", "1", ")", "]"]))

    def target(self, name):
        return self.pick(([name], [name], [name], ["(", name, ")"], ["x", "[", name, "]"], ["x", ".", name], [name, ".", "x"],
                          [name, "[", "0", "]"]))

    # --- statements

    def assignment(self):
        name, value = self.pick(NAMES), self.value()
        kind = self.rng.randrange(16)
        if kind < 6:
            return [name, "="] + value
        if kind < 8:
            return [name, ":"] + self.annotation() + (["="] + value if self.chance(0.8) else [])
        if kind == 8:
            return self.pick(([name], ["x"])) + ["="] + self.target(self.pick(NAMES)) + ["="] + value
        if kind in (9, 10):
            return self.unpacking()
        if kind == 11:
            return [name, self.pick(("+=", "|=", "//=", ">>=", "@="))] + value
        if kind == 12:
            return self.target(name) + ["="] + value
        if kind == 13:
            return value + [","] if value[0] != "lambda" and self.chance(0.3) else [name, "="] + value + [","]
        if kind == 14:
            return self.walrus(name, value)
        return self.pick((["(", name, ")", ":", "str", "="] + value, ["x", ":", "str", "="] + value, ["x", "[", name, "]", ":", "int"],
                          ["x", ".", name, ":", "str", "="] + value))

    def walrus(self, name, value):
        inner = [name, ":="] + value
        return self.pick((["("] + inner + [")"], ["print", "("] + inner + [",", "1", ")"], ["x", "=", "["] + inner + ["]"], ["x", "=", "["] + inner + ["for", "i", "in", "y", "]"],
                          ["x", "=", "[", "("] + inner + [")", "for", "i", "in", "y", "]"], ["lambda", ":", "("] + inner + [")"],
                          ["x", "=", "lambda", "a", ",", "b", ":", "f", "("] + inner + [")", ",", "1"],
                          ["assert", "("] + inner + [")"], ["f", "(", "lambda", ":", "("] + inner + [")", ",", "2", ")"]))

    def unpacking(self):
        names = [[n] for n in self.rng.sample(NAMES + ("x", "y"), self.rng.randrange(1, 4))]
        values = [self.value() for _ in names]
        if self.chance(0.15):
            names[0] = ["*"] + names[0]
        if self.chance(0.15):
            values.append(self.value())
        if self.chance(0.1):
            names[-1] = ["("] + names[-1] + [",", "z", ")"]
            values[-1] = ["["] + values[-1] + [",", "'q'", "]"]
        return self.bracketed(names) + ["="] + (self.dynamic() if self.chance(0.15) else self.bracketed(values))

    def bracketed(self, parts):
        out = []
        for part in parts:
            part = ["("] + part + [")"] if part[0] == "lambda" or "if" in part or part == ["(", "yield_", ")"] else part
            out += part + [","]
        if len(parts) > 1 and self.chance(0.7):
            out.pop()
        return self.pick((out, out, ["("] + out + [")"], ["["] + out + ["]"]))

    def simple(self):
        name = self.pick(NAMES)
        if self.chance(0.6):
            return self.assignment()
        return self.pick((
            ["import", name], ["import", "a", ".", name], ["import", name, ".", "b"], ["import", "a", ".", "b", "as", name, ",", "c"],
            ["from", "a", "import", name], ["from", ".", name, "import", "b"], ["from", "a", "import", name, "as", "b"],
            ["from", "..", "import", "(", "b", ",", "c as " + name, ",", ")"], ["del", name], ["del", "(", "x", ",", name, ")"],
            ["del", "x", "[", name, "]"], ["global", name], ["pass"], [name], [name, "==", "'a'"], ["print", "(", name, ")"],
            ["raise", "X", "from", name], ["assert", name, ",", "'m'"], ["x", "=", self.fstring()], ["match", "=", "1"],
            ["case", ":", "int", "=", "1"], ["type", "=", "2"], ["x", "=", "{", "'revision'", ":", "'a'", "}"],
            ["op", ".", "execute", "(", '"""\nrevision = \'no\'\n"""', ")"], [self.string("revision = 'x'")],
        ))

    def block(self, depth, indent):
        out = []
        for _ in range(self.rng.randrange(1, 3)):
            out += self.statement(depth + 1, indent)
        return out

    def compound(self, depth, indent):
        """Lines of a compound statement; its body is indented one step further."""
        name, step = self.pick(NAMES), self.pick(("    ", "  ", "\t", " \t"))
        body = lambda: self.block(depth, indent + step)
        line = lambda tokens: [indent + self.join(tokens)]
        kind = self.rng.randrange(20)
        if kind == 0:
            return line(["if", "x", ":"]) + body() + line(["elif", "y", ":"]) + body() + line(["else", ":"]) + body()
        if kind == 1:
            return line(["try", ":"]) + body() + line(["except", "E", "as", self.pick((name, "e")), ":"]) + body() + \
                line(["finally", ":"]) + body()
        if kind == 2:
            return line(["for"] + self.pick(([name], ["i"], ["i", ",", name], ["x", "[", name, "]"])) + ["in", "y", ":"]) + body()
        if kind == 3:
            return line(["with", "a", "as"] + self.pick(([name], ["b"], ["(", "b", ",", name, ")"])) + [":"]) + body()
        if kind == 4:
            return line(["with", "(", "a", "as", name, ",", "b", "as", "c", ",", ")", ":"]) + body()
        if kind == 5:
            return line(["while", "x", ":"]) + body() + line(["else", ":"]) + body()
        if kind == 6:
            return line(["match", "x", ":"]) + [indent + step + self.join(["case"] + self.pattern(name) + [":"])] + \
                self.block(depth, indent + step + step)
        if kind in (7, 8):
            return line(["def", self.pick((name, "upgrade", "f")), "(", "a", ":", "str", "=", "'x'", ",", "*", "b", ")", "->", "None", ":"]) + body()
        if kind == 9:
            return line(["class", self.pick((name, "C")), "(", ")", ":"]) + body()
        if kind == 10:
            return line(["@", "d", "(", ")"]) + line(["async", "def", self.pick((name, "g")), "(", ")", ":"]) + body()
        if kind == 11:
            return line(["if", "(", name, ":="] + self.value() + [")", ":"]) + body()
        if kind == 12:
            return line(["def", "f", "(", ")", ":"] + self.assignment())
        if kind == 13:
            return line(["if"] + self.dead() + [":"]) + body() + self.pick((lambda: [], lambda: line(["else", ":"]) + body(),
                                                                          lambda: line(["elif"] + self.dead() + [":"]) + body()))()
        if kind == 14:
            return line(["while"] + self.dead() + [":"] + self.assignment())
        inner = ["(", self.pick(NAMES), ":="] + self.value() + [")"]
        if kind == 15:
            return line(["def", self.pick((name, "f")), "(", "a", "=", "b", ",", "c", "="] + inner + [")", ":"]) + body()
        if kind == 16:
            return line(["class", self.pick((name, "C")), "("] + inner + [",", "m", "="] + inner + [")", ":"]) + body()
        if kind == 17:
            return line(["for", self.pick((name, "i")), "in"] + inner + [":"]) + body()
        if kind == 18:
            return line(["@", "d", "("] + inner + [")"]) + line(["def", self.pick((name, "f")), "(", ")", ":"]) + body()
        return line(["if", "x", "[", "1", ":", "2", "]", ":"] + self.assignment() + [";"] + self.assignment())

    def dead(self):
        """A test that lets nothing below it run, and some that come close."""
        test = self.pick((["False"], ["0"], ["None"], ["TYPE_CHECKING"], ["typing", ".", "TYPE_CHECKING"], ["True"], ["0.0"],
                          ["not", "TYPE_CHECKING"], ["a", ".", "b", ".", "TYPE_CHECKING"], ["False", "or", "x"], ["TYPE_CHECKING", ".", "x"]))
        return ["("] + test + [")"] if self.chance(0.2) else test

    def pattern(self, name):
        return self.pick(([name], ["A", "(", "x", "=", name, ")"], ["{", "'k'", ":", name, ",", "**", "rest", "}"], ["[", "1", ",", "*", name, "]"],
                          ["A", ".", name], ["1", "as", name], ["(", "'a'", "|", "'b'", ")", "as", "x"], ["A", "(", name, "=", "1", ")"],
                          ["y", "if", name]))

    def statement(self, depth, indent):
        if depth < 3 and self.chance(0.25):
            return self.compound(depth, indent)
        tokens = self.simple()
        while self.chance(0.1):
            tokens = tokens + [";"] + self.simple()
        if self.chance(0.05):
            tokens = tokens + [";"]
        return [indent + self.join(tokens) + self.pick(("", "", "", " ", "  # revision = 'comment'", "\t"))]

    # --- layout

    def join(self, tokens):
        """Tokens to text, with blanks, comments and line ends where Python allows them."""
        out, depth = [], 0
        for i, token in enumerate(tokens):
            if token in (")", "]", "}"):
                depth -= 1
            if i:
                before = tokens[i - 1]
                glued = before[-1:].isalnum() or before[-1:] in "_'\"" or before == MARK
                wordy = token[:1].isalnum() or token[:1] in "_'\"" or token == MARK
                out.append(self.gap(depth, (glued and wordy) or before in ("...",) or token in ("...", "..")
                                    or (before[-1:].isdigit() and token == ".")))
            out.append(token)
            if token in ("(", "[", "{"):
                depth += 1
        return "".join(out)

    def gap(self, depth, needed):
        if depth and self.chance(0.08):
            return self.pick(("\n", "\n\n    ", "  # ) comment '\n", "\n\t", " \\\n", "\n\f"))
        if self.chance(0.02):
            return self.pick((" \\\n ", "\\\n    "))
        if needed or self.chance(0.6):
            return self.pick((" ", " ", " ", "  ", "\t"))
        return ""

    def docstring(self):
        lines = ["", self.pick(("add a table", "  message ", "caf\u00e9" if self.encoding != "ascii" else "x")), "",
                 self.pick(("Revision ID: 189b1231afd4", "Revision ID:abc", "  Revision ID: x", "no id")),
                 self.pick(("Revises: ae1027a6acf", "Revises: ", "Revises: a, b", "")),
                 self.pick(("Create Date: 2015-06-12 14:23:34.5", "Create Date: 2015", "")), "revision = 'no'", ""]
        if self.chance(0.5):
            lines.pop(0)
        quote = self.pick(('"""', "'''"))
        text = quote + "\n".join(lines) + quote
        if self.chance(0.1):
            text = self.pick(("r", "u", "b", "f")) + text
        if self.chance(0.1):
            text = self.pick(("(%s)", "%s 'more'", "'first' %s", "%s; x = 1", "(\n%s\n)", "%s.x", "-1, %s")) % text
        return text

    def module(self):
        """(bytes for the reader, bytes for Python's ast)"""
        cookie, self.encoding = self.pick(ENCODINGS) if self.chance(0.3) else ENCODINGS[0]
        self.nested = []
        lines = []
        if cookie:
            if self.chance(0.3):
                lines.append(self.pick(("#!/usr/bin/python3", "", " \t", "# a comment")))
            lines.append(self.pick(("# -*- coding: %s -*-", "# vim: set fileencoding=%s :", "#coding=%s")) % cookie)
        if self.chance(0.6):
            lines.append(self.docstring())
        for _ in range(self.rng.randrange(1, 7)):
            lines += self.statement(0, "")
            if self.chance(0.2):
                lines.append(self.pick(("", "# revision = 'comment'", "   ", "\f", "        # deep", "\t\f")))
        text = "\n".join(lines) + self.pick(("\n", "\n", "\n", "", "\n\n", "\n    "))
        newline = self.pick(("\n", "\n", "\n", "\r\n", "\r"))
        text = text.replace("\n", newline)
        mark = b"\xef\xbb\xbf" if self.encoding == "utf-8" and self.chance(0.1) else b""
        ours, theirs = text, text.replace(MARK, PLAIN)
        for nested in self.nested:
            ours = ours.replace(MARK, nested, 1)
        ours = ours.replace(MARK, PLAIN)
        return mark + ours.encode(self.encoding), mark + theirs.encode(self.encoding)
