"""Is an HTML report what it should be? Prints what is wrong.

usage: html_wellformed.py FILE

Tags are balanced, SVG parses as XML and has a title and a description, ids are unique, nothing executes or loads: no
script, no handler, no address but the namespace's.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

VOID = {"meta", "br", "col"}
SELF_CLOSED = {"path", "circle"}
KNOWN = VOID | SELF_CLOSED | set(
    "html head title style body main h1 h2 h3 p ul li div table colgroup thead tr th td code bdi strong span time pre "
    "figure svg desc text tspan".split()
)
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"


class Checker(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.stack, self.wrong, self.ids = [], [], []

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "time" and not re.fullmatch(TIME, data):
            self.wrong.append(f"a time {data}")

    def handle_starttag(self, tag, attrs):
        if tag not in KNOWN:
            self.wrong.append(f"an element {tag}")
        for name, value in attrs:
            if name.startswith("on") or name in ("href", "src", "style", "xlink:href"):
                self.wrong.append(f"{tag} has {name}")
            if name == "id":
                self.ids.append(value)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag in VOID or self.stack.pop() != tag or tag not in SELF_CLOSED:
            self.wrong.append(f"{tag} closes itself")

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_comment(self, data):
        self.wrong.append("a comment")


text = open(sys.argv[1], encoding="utf-8").read()
checker = Checker()
checker.feed(text)
checker.close()
if checker.stack:
    checker.wrong.append(f"left open: {checker.stack}")
if len(set(checker.ids)) != len(checker.ids):
    checker.wrong.append("an id twice")
for svg in re.findall(r"<svg.*?</svg>", text, re.S):
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    if root.get("role") != "img" or root.find(f"{space}title") is None or root.find(f"{space}desc") is None:
        checker.wrong.append("a picture without role, title or description")
for unseen in re.findall("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text):
    checker.wrong.append(f"U+{ord(unseen):04X}")
print("\n".join(checker.wrong[:20]), end="\n" if checker.wrong else "")
