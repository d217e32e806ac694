#!/bin/sh
# tools/embed.sh HEADER STRUCT TABLE COUNT FILE...: the C source of the table that HEADER declares, one row a file, named
# as the file is without .json. Bytes are written as numbers: no compiler's limit on strings, nothing to escape.
set -eu
LC_ALL=C
export LC_ALL

header=$1
struct=$2
table=$3
count=$4
shift 4
printf '#include "%s"\n' "$header"
number=0
for file; do
    printf '\nstatic const char bytes_%d[] = {\n' "$number"
    od -An -v -tu1 "$file" | sed 's/[0-9][0-9]*/&,/g'
    echo '0 };'
    number=$((number + 1))
done
printf '\nconst struct %s %s[] = {\n' "$struct" "$table"
number=0
for file; do
    name=${file##*/}
    printf '{ "%s", bytes_%d, sizeof(bytes_%d) - 1 },\n' "${name%.json}" "$number" "$number"
    number=$((number + 1))
done
printf '};\n\nconst size_t %s = %d;\n' "$count" "$number"
