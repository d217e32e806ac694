"""Holds the readers of Alembic's configuration against Python's configparser and tomllib, and the names of files
against Alembic's own expression, over a corpus made from fixed seeds.

Exit status: 0 equal, 1 different.
"""
import argparse
import configparser
import os
import random
import re
import subprocess
import sys
import tempfile

try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None

HERE = "\0"


def text(field):
    if field == "-":
        return None
    return "" if field == "." else bytes.fromhex(field).decode("utf-8", "surrogateescape")


def run(dump, mode, directory, sources):
    """The lines that config_dump prints for each source."""
    paths = []
    for number, source in enumerate(sources):
        path = os.path.join(directory, "%s.%d" % (mode, number))
        with open(path, "wb") as file:
            file.write(source)
        paths.append(path)
    found = []
    for start in range(0, len(paths), 500):
        out = subprocess.run([dump, mode] + paths[start:start + 500], check=True, stdout=subprocess.PIPE).stdout
        for line in out.decode("ascii").splitlines():
            if line.startswith("file "):
                found.append([])
            else:
                found[-1].append(line.split(" "))
    assert len(found) == len(sources)
    return found


# --- ini ---------------------------------------------------------------------------------------------------------------

INI_KEYS = ["script_location", "Script_Location", "version_locations", "path_separator", "version_path_separator",
            "sourceless", "recursive_version_locations", "a", "b", "c d", "x.y", "here", "file_template", "ü"]
INI_VALUES = ["alembic", "%(here)s/alembic", "a b  c", "a, b,c", "a:b", "a;b", "os", "space", "newline", ":", ";", "true",
              "True", "", " ", "%%(rev)s", "%(a)s", "%(B)s/%(a)s", "%(nope)s", "%", "%x", "%(a", "%(a)", "%()s", "100%%",
              "%(here)s/a:%(here)s/b", "/abs", "pkg:sub", "x ; no comment", "x # no comment", "é\u00a0", "\u3000x", "[a]",
              "= =", "a=b:c", "%(c d)s", "\x1cq\x1f", "x" * 300, "%(a)s" * 5]
INI_SECTIONS = ["[alembic]", "[alembic]", "[DEFAULT]", "[db1]", "[ x ]", "[a]b]", "[]", "[", "[loggers] ; x", "[a#b]",
                "[default]"]
INI_INDENTS = ["", "", "", "", " ", "  ", "\t", "\t\t", "\u00a0", "    "]
INI_ENDS = ["\n"] * 12 + ["\r\n", "\r"]


def random_ini(rng):
    lines = []
    if rng.random() < 0.9:
        lines.append(rng.choice(INI_SECTIONS))
    for _ in range(rng.randrange(14)):
        indent = rng.choice(INI_INDENTS)
        kind = rng.random()
        if kind < 0.55:
            delimiter = rng.choice(["=", " = ", ":", " : ", "\t=", "= "])
            body = rng.choice(INI_KEYS) + delimiter + rng.choice(INI_VALUES)
        elif kind < 0.7:
            body = rng.choice(INI_VALUES)
        elif kind < 0.78:
            body = rng.choice(["# comment", ";comment", "#", "# a = b"])
        elif kind < 0.88:
            body = ""
        elif kind < 0.98:
            body = rng.choice(INI_SECTIONS)
        else:
            body = rng.choice(["no delimiter", "= no key", ": x", "key", "\x0c"])
        lines.append(indent + body + rng.choice(["", "", "", " ", "\t"]))
    out = "".join(line + rng.choice(INI_ENDS) for line in lines)
    if rng.random() < 0.2:
        out = out.rstrip("\r\n")
    return out


def python_ini(source, strict):
    """The parser as far as it got, and whether it was content."""
    parser = configparser.ConfigParser({"here": HERE}, strict=strict)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    try:
        parser.read_file(lines)
    except configparser.MissingSectionHeaderError:
        return None, False
    except configparser.ParsingError:
        return parser, False
    except (configparser.DuplicateSectionError, configparser.DuplicateOptionError):
        return parser, False
    return parser, True


def expected_ini(parser, names):
    sections = {}
    for name in names:
        own = parser._defaults if name == "DEFAULT" else parser._sections[name]
        values = {}
        for key, raw in own.items():
            if key == "" or (name == "DEFAULT" and key == "here" and raw == HERE):
                continue
            try:
                value = parser.get(name, key)
            except configparser.InterpolationError:
                value = None
            values[key] = (raw, value)
        sections[name] = values
    return sections


def found_ini(lines):
    sections, current = {}, None
    for line in lines:
        if line[0] == "section":
            current = sections.setdefault(text(line[1]), {})
        elif line[0] == "value":
            current[text(line[1])] = (text(line[2]), text(line[3]))
    return sections


def check_ini(dump, directory, count):
    rng = random.Random(4)
    sources = [random_ini(rng) for _ in range(count)]
    content_count = 0
    for source, lines in zip(sources, run(dump, "ini", directory, [s.encode() for s in sources])):
        parser, content = python_ini(source, False)
        strictly = python_ini(source, True)[1]
        content_count += strictly
        if strictly != (lines[0][1] == "0"):
            return fail("ini: problems", source, strictly, lines[0][1])
        if parser is None:
            continue
        expected = expected_ini(parser, ["DEFAULT"] + parser.sections())
        found = found_ini(lines)
        if found != expected:
            return fail("ini", source, expected, found)
    print("ini: %d files equal, %d of them without a mistake" % (count, content_count))
    return 0


# --- what Alembic makes of an ini ------------------------------------------------------------------------------------------


def alembic_locations(parser, name):
    """ScriptDirectory.from_config and Config.get_version_locations_list of Alembic 1.16, empty parts dropped."""
    listed = parser.get(name, "version_locations", fallback=None)
    if not listed:
        return []
    separator = parser.get(name, "path_separator", fallback=None)
    if separator is None:
        separator = parser.get(name, "version_path_separator", fallback=None)
    if separator is None:
        return [part for part in re.split(r", *|(?: +)", listed) if part]
    if separator == "os":
        separator = ";" if ";" in listed else ":"
    known = {"space": " ", "newline": "\n", ":": ":", ";": ";"}
    if separator not in known:
        return [None]
    return [part.strip() for part in listed.split(known[separator]) if part.strip()]


def classified(value):
    if value is None or (HERE in value and (value[0] != HERE or HERE in value[1:])):
        return ["unknown", None]
    if value.startswith(HERE):
        return ["here", value[1:]]
    if os.path.isabs(value):
        return ["absolute", value]
    return ["resource" if ":" in value else "relative", value]


def check_config(dump, directory, count):
    rng = random.Random(5)
    sources, environments = [], 0
    while len(sources) < count:
        source = "[alembic]\n" + random_ini(rng)
        parser, _ = python_ini(source, False)
        if parser is not None:
            sources.append((source, parser))
    found = run(dump, "config", directory, [source.encode() for source, _ in sources])
    for (source, parser), lines in zip(sources, found):
        sections, current = {}, None
        for line in lines:
            if line[0] == "environment":
                current = sections.setdefault(text(line[1]), {"flags": line[2:], "version": []})
            elif line[0] == "script":
                current["script"] = [line[1], text(line[2])]
            else:
                current["version"].append([line[1], text(line[2])])
        for name, section in sections.items():
            environments += 1
            expected = {"flags": [], "version": []}
            for key in "recursive_version_locations", "sourceless":
                try:
                    on = parser.get(name, key, fallback=None) == "true"
                except configparser.InterpolationError:
                    on = False
                expected["flags"].append("1" if on else "0")
            try:
                script = parser.get(name, "script_location", fallback=0)
                expected["script"] = ["none", None] if script == 0 else classified(script)
            except configparser.InterpolationError:
                expected["script"] = ["unknown", None]
            try:
                expected["version"] = [classified(part) for part in alembic_locations(parser, name)]
            except configparser.InterpolationError:
                expected["version"] = [["unknown", None]]
                if not section["version"]:
                    section["version"] = [["unknown", None]]  # only the separator is unknown, and nothing to cut
            if section != expected:
                return fail("config [%s]" % name, source, expected, section)
    print("config: %d environments equal" % environments)
    return 0


# --- toml ------------------------------------------------------------------------------------------------------------------


def toml_basic(rng, value):
    out = ""
    for char in value:
        if char in '"\\' or ord(char) < 32 or char == "\x7f":
            out += "\\u%04x" % ord(char) if rng.random() < 0.3 or char not in '"\\\n\t' else {
                '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}[char]
        elif rng.random() < 0.05:
            out += "\\U%08X" % ord(char)
        else:
            out += char
    return '"%s"' % out


def toml_string(rng, value, one_line=False):
    forms = [lambda: toml_basic(rng, value)]
    if "'" not in value and "\n" not in value:
        forms.append(lambda: "'%s'" % value)
    if not one_line:
        if "'''" not in value and not value.endswith("'"):
            forms.append(lambda: "'''\n%s'''" % value)
        safe = value.replace("\\", "\\\\").replace('"""', '""\\"')
        if not safe.endswith('"'):
            forms.append(lambda: '"""%s"""' % ("\n" + safe if rng.random() < 0.5 or safe.startswith("\n") else safe))
            forms.append(lambda: '"""\\\n   \n\t%s"""' % safe.lstrip(" \t\n") if safe == safe.lstrip(" \t\n")
                         else toml_basic(rng, value))
    return rng.choice(forms)()


def toml_key(rng, key):
    if re.fullmatch(r"[A-Za-z0-9_-]+", key) and rng.random() < 0.8:
        return key
    return toml_string(rng, key, one_line=True)


TOML_STRINGS = ["alembic", "%(here)s/x", "", "a b", 'quo"te', "it's", "back\\slash", "line\nline", "é☃𝄞", "# no comment",
                "[tool.alembic]", "]", "}", "\ttab", "true", "''", '""', "x = 1"]
TOML_SCALARS = ["1", "-17", "+3", "1_000", "0xff", "1.5", "1e9", "inf", "-nan", "true", "false", "1979-05-27T07:32:00Z",
                "1979-05-27 07:32:00.999", "1979-05-27", "07:32:00"]


def toml_value(rng, depth=0):
    kind = rng.random()
    if kind < 0.45 or depth > 3:
        return toml_string(rng, rng.choice(TOML_STRINGS))
    if kind < 0.65:
        return rng.choice(TOML_SCALARS)
    if kind < 0.9:
        only_strings = rng.random() < 0.6
        out = "["
        for _ in range(rng.randrange(4)):
            out += rng.choice(["", " ", "\n\t", " # ] '\n", "\n\n"])
            out += toml_string(rng, rng.choice(TOML_STRINGS)) if only_strings else toml_value(rng, depth + 1)
            out += rng.choice([",", " ,", "\n,"])
        return out + rng.choice(["", "\n", " # x\n"]) + "]"
    pairs = ["%s = %s" % (toml_key(rng, key), toml_value(rng, depth + 1))
             for key in rng.sample(["p", "q", "alembic", "tool", "x y"], rng.randrange(4))]
    return "{ %s }" % ", ".join(pairs)


def toml_pairs(rng, prefix=""):
    keys = rng.sample(["script_location", "version_locations", "sourceless", "tool", "alembic", "a", "b.c", "ü", "file_template",
                       "truncate_slug_length", "key with spaces"], rng.randrange(6))
    out = []
    for key in keys:
        name = toml_key(rng, key)
        if rng.random() < 0.08:
            name += rng.choice([".", " . "]) + toml_key(rng, "sub")
        out.append("%s%s%s%s%s\n" % (prefix, name, rng.choice([" = ", "=", "\t= "]), toml_value(rng),
                                     rng.choice(["", "", " # comment", "\t"])))
    return out


def random_toml(rng):
    blocks = []
    for header in rng.sample(["[project]", "[[project.x]]", "[tool.black]", "[tool]", "[a.tool.alembic]", "[alembic]",
                              "[[bin]]", "[tool.alembic.sub]", "[[tool.alembic.post_write_hooks]]"], rng.randrange(5)):
        blocks.append(header + "\n" + "".join(toml_pairs(rng)))
    form = rng.random()
    top = toml_pairs(rng) if rng.random() < 0.3 else []
    if form < 0.6:
        header = rng.choice(["[tool.alembic]", "[ tool . alembic ]", "[tool.\"alembic\"]", "['tool'.alembic] # x",
                             '["\\u0074ool".alembic]'])
        blocks.append(header + "\n" + "".join(toml_pairs(rng)))
    elif form < 0.7:
        blocks.append("[tool]\nalembic = { %s }\n" % ", ".join(line.split(" #")[0].strip() for line in toml_pairs(rng)
                                                              if line.count("\n") == 1))
    elif form < 0.8:
        blocks.append("[tool]\n" + "".join(toml_pairs(rng, "alembic.")))
    elif form < 0.9:
        top += toml_pairs(rng, "tool.alembic.")
    rng.shuffle(blocks)
    out = "".join(top) + "".join(rng.choice(["", "\n", "# [tool.alembic]\n"]) + block for block in blocks)
    return out.replace("\n", "\r\n") if rng.random() < 0.1 else out


def expected_toml(document):
    tool = document.get("tool", {})
    table = tool.get("alembic") if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        return None
    out = {}
    for key, value in table.items():
        if isinstance(value, str):
            out[key] = ["string", value]
        elif isinstance(value, bool):
            out[key] = ["boolean", "1" if value else "0"]
        elif isinstance(value, int):
            out[key] = ["integer", str(value)]
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            out[key] = ["strings"] + value
        else:
            out[key] = ["other"]
    return out


def found_toml(lines):
    if lines[1][1] == "0":
        return None
    out = {}
    for line in lines[2:]:
        plain = line[0] in ("boolean", "integer")
        out[text(line[1])] = [line[0]] + (line[2:] if plain else [text(field) for field in line[2:]])
    return out


def same_toml(expected, found):
    if expected is None or found is None:
        return expected == found
    for key in set(expected) | set(found):
        if key not in found:
            if expected[key] != ["other"]:  # sub-tables are left out
                return False
        elif expected.get(key) != found[key] and not (found[key] == ["other"] and expected.get(key, [0])[0] == "integer"):
            return False  # hexadecimal numbers are "other"
    return True


def check_toml(dump, directory, count):
    if tomllib is None:
        print("toml: this Python has no tomllib")
        return 0
    rng = random.Random(6)
    sources = [random_toml(rng) for _ in range(count)]
    valid = tables = 0
    for source, lines in zip(sources, run(dump, "toml", directory, [s.encode() for s in sources])):
        try:
            document = tomllib.loads(source)
        except tomllib.TOMLDecodeError:
            continue
        valid += 1
        expected, found = expected_toml(document), found_toml(lines)
        tables += expected is not None
        table = document.get("tool", {})
        if isinstance(table, dict) and not isinstance(table.get("alembic", {}), dict):
            continue
        if not same_toml(expected, found):
            return fail("toml", source, expected, found)
        if lines[0][1] != "0":
            return fail("toml: problems in a valid file", source, "0", lines[0][1])
    print("toml: %d valid files equal, %d of them with the table" % (valid, tables))
    return 0


# --- names -----------------------------------------------------------------------------------------------------------------

TEMPLATES = ["%(rev)s_%(slug)s", "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s", "%(epoch)s_%(rev)s",
             "%(year)d/%(month)02d/%(rev)s", "%(slug).5s", "%(rev)20s", "%(rev)-20s|", "%(year)+d%(day) d", "%(year)x%(day)#X",
             "%(second)05.2d", "%(nope)s", "%(rev)d", "100%", "%s", "%%%(rev)s", "%(rev", "../%(rev)s", "%(epoch)o"]
WORDS = ["add", "users", "Table", "x_y", "42", "don't", "a-b", "über", "ÉTÉ", "Привет", "日本", "…", "__", "é!", "Ω",
         "averyveryverylongwordthatgoesonandonandonandon", "a/b", "", "🎉", "ß", "½"]


def alembic_name(template, truncate, revision, message, epoch):
    """ScriptDirectory._rev_path."""
    truncate = truncate or 40
    slug = "_".join(re.findall(r"\w+", message or "")).lower()
    if len(slug) > truncate:
        slug = slug[:truncate].rsplit("_", 1)[0] + "_"
    values = dict(rev=revision, slug=slug, epoch=epoch, year=2025, month=9, day=17, hour=6, minute=2, second=1)
    default = "%s_%s.py" % (revision, slug)
    try:
        name = "%s.py" % (template % values)
    except (TypeError, ValueError, KeyError):
        return "0", default
    if "#" in template or template == "%s" or name.startswith((".", "__init__")):
        return "0", default
    return "1", name


def check_names(dump, directory, count):
    rng = random.Random(7)
    records = [(rng.choice(TEMPLATES), rng.choice([0, 0, 40, 10, 1, -3]), rng.choice(["189b1231afd4", "ae1", "x y"]),
                " ".join(rng.choice(WORDS) for _ in range(rng.randrange(9))), rng.randrange(-5, 2 ** 31))
               for _ in range(count)]
    source = "".join("%s\0%d\0%s\0%s\0%d\0" % record for record in records).encode()
    for record, line in zip(records, run(dump, "name", directory, [source])[0]):
        expected = alembic_name(*record)
        found = line[0], text(line[1])
        if found != expected:
            return fail("name", repr(record), expected, found)
    print("names: %d equal" % count)
    return 0


def fail(what, source, expected, found):
    print("%s differs\n--- source\n%r\n%s\n--- expected\n%r\n--- found\n%r" % (what, source, source, expected, found))
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--count", type=int, default=4000)
    options = parser.parse_args()
    dump = os.path.join(options.build, "tests/support/config_dump")
    status = 0
    for check in check_ini, check_config, check_toml, check_names:
        with tempfile.TemporaryDirectory() as directory:
            status |= check(dump, directory, options.count)
    return status


if __name__ == "__main__":
    sys.exit(main())
