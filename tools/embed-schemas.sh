#!/bin/sh
# tools/embed-schemas.sh FILE.json...: the C source of the table in include/revident/report/schema.h, one row a file,
# named as the file is without .json. Bytes are written as numbers: no compiler's limit on strings, nothing to escape.
set -eu
LC_ALL=C
export LC_ALL

echo '#include "revident/report/schema.h"'
number=0
for file; do
    printf '\nstatic const char bytes_%d[] = {\n' "$number"
    od -An -v -tu1 "$file" | sed 's/[0-9][0-9]*/&,/g'
    echo '0 };'
    number=$((number + 1))
done
printf '\nconst struct schema schemas[] = {\n'
number=0
for file; do
    name=${file##*/}
    printf '{ "%s", bytes_%d, sizeof(bytes_%d) - 1 },\n' "${name%.json}" "$number" "$number"
    number=$((number + 1))
done
printf '};\n\nconst size_t schema_count = %d;\n' "$number"
