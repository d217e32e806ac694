"""Is there markup in a Markdown report that is not the report's own? Prints the lines that have some.

usage: markdown_markup.py FILE

Fenced blocks and code spans are left out, where nothing is markup; so is what a backslash stands before.
"""

import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
text = re.sub(r"^(````*)[a-z]*\n.*?^\1\n", "", text, flags=re.S | re.M)
text = re.sub(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", "", re.sub(r"\\[\\`*_\[\]<>&|~#!$]", "", text))
text = text.replace("<br>", "").replace("<!-- -->", " ")
for line in text.splitlines():
    if "<" in line or "javascript:" in line and "](" in line or re.search(r"@[a-z]", line):
        print(line[:200])
