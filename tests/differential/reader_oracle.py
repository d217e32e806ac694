"""What a module binds to Alembic's four names, worked out from Python's own syntax tree (without executing it)."""
import ast
import re
import warnings

NAMES = ("revision", "down_revision", "branch_labels", "depends_on")
BLANKS = " \t\n\v\f\r"
DYNAMIC = object()


def told(text):
    """Values that the reader does not tell count as dynamic there: NUL and surrogates."""
    return "\0" not in text and not any(0xD800 <= ord(c) < 0xE000 for c in text)


class Module:
    def __init__(self, source):
        """`source`: bytes. Raises SyntaxError or ValueError where Python does."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(source)
        self.text = ast_text(source)
        self.bound = {}
        self.in_doubt = False
        self.block(self.tree.body, False)

    def block(self, statements, conditional):
        for statement in statements:
            self.statement(statement, conditional)

    def bind(self, name, value, line, conditional):
        if name in NAMES:
            self.bound[name] = (DYNAMIC if self.in_doubt else value, line, conditional)

    def names_in(self, target):
        """The names that a target binds: not those of its subscripts and attributes."""
        if isinstance(target, ast.Name):
            yield target
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                yield from self.names_in(element)
        elif isinstance(target, ast.Starred):
            yield from self.names_in(target.value)

    def bind_dynamic(self, target, conditional):
        for name in self.names_in(target):
            self.bind(name.id, DYNAMIC, name.lineno, conditional)

    def assign(self, target, value, conditional):
        if isinstance(target, ast.Name):
            self.bind(target.id, value, target.lineno, conditional)
            return
        if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            elements = target.elts + value.elts
            if len(target.elts) == len(value.elts) and not any(isinstance(e, ast.Starred) for e in elements):
                for one, other in zip(target.elts, value.elts):
                    self.assign(one, other, conditional)
                return
        self.bind_dynamic(target, conditional)

    def walruses(self, node, conditional):
        if node is None or isinstance(node, ast.Lambda):
            return
        for child in ast.iter_child_nodes(node):
            self.walruses(child, conditional)
        if isinstance(node, ast.NamedExpr):
            self.bind(node.target.id, node.value, node.target.lineno, conditional)

    def statement(self, s, conditional):
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in s.decorator_list:
                self.walruses(decorator, conditional)
            if isinstance(s, ast.ClassDef):
                for node in s.bases + s.keywords:
                    self.walruses(node, conditional)
            else:
                self.walruses(s.args, conditional)
                self.walruses(s.returns, conditional)
            self.bind(s.name, DYNAMIC, None, conditional)
        elif isinstance(s, ast.Assign):
            self.walruses(s.value, conditional)
            for target in s.targets:
                self.walruses(target, conditional)
                self.assign(target, s.value, conditional)
        elif isinstance(s, ast.AnnAssign):
            for node in (s.value, s.target, s.annotation):
                self.walruses(node, conditional)
            if s.value is not None:
                self.assign(s.target, s.value, conditional)
        elif isinstance(s, ast.AugAssign):
            self.walruses(s.value, conditional)
            self.bind_dynamic(s.target, conditional)
        elif isinstance(s, ast.Delete):
            for target in s.targets:
                for name in self.names_in(target):
                    if conditional:
                        self.bind(name.id, DYNAMIC, name.lineno, conditional)
                    else:
                        self.bound.pop(name.id, None)
        elif isinstance(s, (ast.Import, ast.ImportFrom)):
            for alias in s.names:
                name = alias.asname or (alias.name if isinstance(s, ast.ImportFrom) else alias.name.split(".")[0])
                self.bind(name, DYNAMIC, None, conditional)
        elif hasattr(s, "body") or isinstance(s, ast.Match):
            self.compound(s, conditional)
        else:
            self.walruses(s, conditional)

    def compound(self, s, conditional):
        if isinstance(s, ast.If):
            self.walruses(s.test, conditional or self.is_elif(s))
        elif isinstance(s, ast.While):
            self.walruses(s.test, True)
        elif isinstance(s, (ast.For, ast.AsyncFor)):
            self.walruses(s.iter, True)
            self.bind_dynamic(s.target, True)
        elif isinstance(s, (ast.With, ast.AsyncWith)):
            for item in s.items:
                self.walruses(item.context_expr, True)
                if item.optional_vars is not None:
                    self.bind_dynamic(item.optional_vars, True)
        elif isinstance(s, ast.Match):
            self.walruses(s.subject, True)
            for case in s.cases:
                self.captures(case.pattern)
                self.walruses(case.guard, True)
                self.block(case.body, True)
            return
        if not self.never_runs(s):
            self.block(s.body, True)
        for handler in getattr(s, "handlers", []):
            self.walruses(handler.type, True)
            if handler.name:
                self.bind(handler.name, DYNAMIC, None, True)
            outside, self.in_doubt = self.in_doubt, True
            self.block(handler.body, True)
            self.in_doubt = outside
        self.block(getattr(s, "orelse", []), True)
        self.block(getattr(s, "finalbody", []), True)

    def never_runs(self, s):
        """The tests that need no evaluation: False, None, 0, TYPE_CHECKING and x.TYPE_CHECKING."""
        if not isinstance(s, (ast.If, ast.While)):
            return False
        if isinstance(s.test, ast.Attribute):
            return s.test.attr == "TYPE_CHECKING" and isinstance(s.test.value, ast.Name)
        if isinstance(s.test, ast.Name):
            return s.test.id == "TYPE_CHECKING"
        return isinstance(s.test, ast.Constant) and (s.test.value in (False, None) and self.segment(s.test) in ("False", "None", "0"))

    def is_elif(self, s):
        line = self.text[s.lineno - 1]
        return line[len(line.encode()[: s.col_offset].decode()):].startswith("elif")

    def captures(self, pattern):
        for node in ast.walk(pattern):
            for field in ("name", "rest"):
                name = getattr(node, field, None)
                if name:
                    self.bind(name, DYNAMIC, None, True)

    def string(self, node):
        """The value of a string literal that the reader tells; None otherwise."""
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not told(node.value):
            return None
        return None if "\\N{" in self.segment(node) else node.value

    def segment(self, node):
        lines = [line.encode() for line in self.text[node.lineno - 1: node.end_lineno]]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset:]
        return b"\n".join(lines).decode()

    def values(self, name, node):
        """A list of strings, or None for dynamic."""
        if node is DYNAMIC:
            return None
        one = self.string(node)
        if name == "revision":
            return None if one is None else [one]
        if one is not None:
            return [one] if one else []
        if isinstance(node, ast.Constant) and node.value is None:
            return []
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            strings = [self.string(element) for element in node.elts]
            return None if None in strings else list(dict.fromkeys(strings))
        return None

    def bindings(self):
        """{name: (kind, values, line, conditional)}; a line is None where the tree does not tell that of the name."""
        out = {}
        for name in NAMES:
            node, line, conditional = self.bound.get(name, (None, 0, False))
            if name not in self.bound:
                out[name] = ("absent", [], 0, False)
                continue
            values = self.values(name, node)
            out[name] = ("dynamic" if values is None else "literal", values or [], line, conditional)
        return out

    def docstring(self):
        """{field: text or None} and {field: line}, the latter None where escapes or joins move the lines."""
        fields = {"message": None, "doc_revision": None, "doc_revises": None, "create_date": None}
        lines = {"doc_revision": 0, "doc_revises": 0}
        self.read_docstring(fields, lines)
        for line in self.text:  # of a docstring that something displaced the date still counts
            line = re.sub("[\0\u2022\ud800-\udfff]", "\ufffd", line).strip(BLANKS)
            if fields["create_date"] is None and line.startswith("Create Date:"):
                fields["create_date"] = line[len("Create Date:"):].strip(BLANKS)
        return fields, lines

    def read_docstring(self, fields, lines):
        first = self.tree.body[0] if self.tree.body else None
        if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)):
            return
        source = self.segment(first.value)
        # what the reader does not tell; the generator's only \N{...} is a bullet, which it makes no other way
        text = re.sub("[\0\u2022\ud800-\udfff]", "\ufffd", first.value.value)
        plain = source[-3:] in ('"""', "'''") and source.count(source[-3:]) == 2 and "\\" not in source
        labels = (("Revision ID:", "doc_revision"), ("Revises:", "doc_revises"), ("Create Date:", "create_date"))
        for i, line in enumerate(text.split("\n")):
            line = line.strip(BLANKS)
            if line and fields["message"] is None:
                fields["message"] = line
            for label, field in labels:
                if line.startswith(label) and fields[field] is None:
                    fields[field] = line[len(label):].strip(BLANKS)
                    if field in lines:
                        lines[field] = first.value.lineno + i if plain else None


def ast_text(source):
    """The lines that the tree's positions count, as Python decodes them."""
    import io
    import tokenize
    flat = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    encoding, _ = tokenize.detect_encoding(io.BytesIO(flat).readline)
    return flat.decode(encoding).split("\n")
