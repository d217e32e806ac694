# revident: GNU make. `make help` lists the targets. V=1 shows the commands.
# CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR and VARIANT may be set on the command line or in config.mak.
-include config.mak

VARIANT ?= release
B := build/$(VARIANT)
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/revident
PKG_CONFIG ?= pkg-config
CLANG ?= clang
FUZZ_SECONDS ?= 30
VERSION := $(shell sed -n 's/^.define REVIDENT_VERSION "\(.*\)"/\1/p' include/revident/base/version.h)
NPROC := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
SUBMAKE = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(NPROC))

ifeq ($(origin CC),default)
CC := cc
endif
Q := $(if $(V),,@)
say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-7s %s\n' '$(1)' '$(2)')

# --- flags: ours first, the user's last ----------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 \
	-Wvla -Wundef -Wconversion
PACKAGES := libpcre2-8 jansson zlib libdeflate nettle
STD := -std=c11 -D_GNU_SOURCE -Iinclude
comma := ,
LINUX := $(filter Linux,$(shell uname -s))
X86 := $(filter x86_64 i686,$(shell uname -m))

VARIANT_CFLAGS.release := -O2 -g -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	$(if $(LINUX),-fstack-clash-protection) $(if $(X86),-fcf-protection)
VARIANT_LDFLAGS.release := $(if $(LINUX),-pie -Wl$(comma)-z$(comma)relro -Wl$(comma)-z$(comma)now)
VARIANT_CFLAGS.debug := -O0 -g -gdwarf-4 # which valgrind 3.19 reads from clang, too
VARIANT_CFLAGS.sanitize := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
VARIANT_LDFLAGS.sanitize := -fsanitize=address,undefined
VARIANT_CFLAGS.tsan := -O1 -g -fsanitize=thread
VARIANT_LDFLAGS.tsan := -fsanitize=thread
VARIANT_CFLAGS.coverage := -O0 -g --coverage
VARIANT_LDFLAGS.coverage := --coverage
# a null pointer plus nothing, of an empty array, is no finding
VARIANT_CFLAGS.fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=pointer-overflow -fno-sanitize-recover=all
VARIANT_LDFLAGS.fuzz := -fsanitize=address,undefined

override ALL_CFLAGS = $(STD) $(WARNINGS) $(WERROR) $(VARIANT_CFLAGS.$(VARIANT)) $(PACKAGE_CFLAGS) $(CPPFLAGS) $(CFLAGS)
override ALL_LDFLAGS = $(VARIANT_LDFLAGS.$(VARIANT)) $(LDFLAGS)
PACKAGE_CFLAGS = $(shell $(PKG_CONFIG) --cflags libgit2 $(PACKAGES))
PACKAGE_LIBS = $(LIBGIT2.$(LIBGIT2)) $(shell $(PKG_CONFIG) --libs $(PACKAGES))
# Of Debian's archive the program takes what it needs, without the network (src/git/no_network.c): the shared library loads
# twelve others, which takes longer than most answers. LIBGIT2=shared takes that one, as is done where the archive is another.
LIBGIT2_ARCHIVE := $(wildcard $(shell $(CC) -print-file-name=libgit2.a))
ifeq ($(origin LIBGIT2),undefined)
LIBGIT2 := $(if $(and $(LIBGIT2_ARCHIVE),$(filter 1.5.%,$(shell $(PKG_CONFIG) --modversion libgit2)),$(filter \
	-lmbedtls,$(shell $(PKG_CONFIG) --static --libs-only-l libgit2))),static,shared)
endif
LIBGIT2.static = $(LIBGIT2_ARCHIVE) -lhttp_parser
LIBGIT2.shared = $(shell $(PKG_CONFIG) --libs libgit2)
CMOCKA_LIBS = $(shell $(PKG_CONFIG) --libs cmocka)

# --- files -----------------------------------------------------------------------------------------------------------

SRC := $(wildcard src/*/*.c)
HEADERS := $(wildcard include/revident/*/*.h)
SCHEMAS := $(sort $(wildcard schemas/*.json))
HOOKS := $(sort $(wildcard hooks/*))
GENERATED := $(addprefix $(B)/,schemas.c scripts.c reader_digest.c)
# What decides what a sweep finds: the reader, what it is built on, and what calls it.
READER := $(sort $(wildcard src/alembic/*.[ch] src/base/*.c include/revident/alembic/*.h include/revident/base/*.h \
	include/revident/model/migration.h src/forensics/study.c src/answers/salvage_sweep.c src/git/sweep.c \
	src/forensics/facts*.[ch] src/forensics/survey*.[ch] src/forensics/source*.c src/forensics/tree_index.c src/git/object.c src/git/watch*.[ch] \
	include/revident/answers/salvage.h include/revident/forensics/*.h include/revident/git/*.h))
# Before any library, or the linker would take libgit2's own.
NO_NETWORK := $(B)/src/git/no_network.o
LIB_OBJ := $(filter-out $(NO_NETWORK),$(patsubst %.c,$(B)/%.o,$(filter-out src/cli/main.c,$(SRC)))) $(GENERATED:.c=.o)
SUPPORT_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out %_dump.c,$(wildcard tests/support/*.c)))
DUMPS := $(patsubst %.c,$(B)/%,$(wildcard tests/support/*_dump.c))
UNIT := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
DAMAGE := $(B)/tests/damage/damage
FUZZERS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SUPPORT := $(B)/tests/fuzz/place.o $(B)/tests/fuzz/history_reference.o
C_FILES := $(SRC) $(HEADERS) $(wildcard src/*/*.h tests/*/*.c tests/*/*.h)
SHELL_FILES := $(wildcard .ci/run tools/*.sh tests/*.sh tests/support/*.sh tests/damage/*.sh hooks/*) $(wildcard tests/e2e/run tests/e2e/*.sh tests/npm/*.sh)
MAN := $(wildcard man/*.1)
LIB := $(B)/librevident.a
BIN := $(B)/revident
TEST_PROGRAMS := $(UNIT) $(DUMPS) $(DAMAGE) $(FUZZERS)
ALL_OBJ := $(patsubst %.c,$(B)/%.o,$(SRC) $(wildcard tests/unit/*.c tests/support/*.c tests/damage/*.c tests/fuzz/*.c))

.PHONY: all help demo setup check check-clang check-unit check-valgrind check-e2e check-differential check-damage check-corpus check-fault check-hardening check-install check-man check-npm sanitize tsan valgrind \
	coverage fuzz stress bench conformance replay golden format format-check lint lint-text tidy analyze layers headers install \
	uninstall dist clean test-programs
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BIN) ## build build/$(VARIANT)/revident

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9_.-]+:.*## / { printf "%-22s %s\n", $$1, $$2 }' Makefile

$(B)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/schemas.c: $(SCHEMAS) tools/embed.sh
	@mkdir -p $(@D)
	$(Q)tools/embed.sh revident/report/schema.h schema schemas schema_count $(SCHEMAS) >$@

$(B)/scripts.c: $(HOOKS) tools/embed.sh
	@mkdir -p $(@D)
	$(Q)tools/embed.sh revident/hook/script.h hook_script hook_scripts hook_script_count $(HOOKS) >$@

$(B)/reader_digest.c: $(READER)
	@mkdir -p $(@D)
	$(Q)sums=$$(cksum $(READER)) && sum=$$(echo "$$sums" | cksum) && \
		printf '#include "revident/alembic/reader.h"\nconst char reader_digest[] = "%s";\n' "$$sum" >$@

$(GENERATED:.c=.o): %.o: %.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	@mkdir -p $(@D) && rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/libsupport.a: $(SUPPORT_OBJ)
	$(call say,AR,$@)
	@mkdir -p $(@D) && rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BIN): $(B)/src/cli/main.o $(NO_NETWORK) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(PACKAGE_LIBS)

$(UNIT) $(DUMPS): $(B)/%: $(B)/%.o $(B)/libsupport.a $(NO_NETWORK) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(PACKAGE_LIBS) $(CMOCKA_LIBS)

# The other way of linking libgit2, where the program is linked with the archive.
STARTUP_SHARED := $(B)/tests/unit/test_startup_shared
$(STARTUP_SHARED): LIBGIT2 := shared
$(STARTUP_SHARED): $(B)/tests/unit/test_startup.o $(B)/libsupport.a $(NO_NETWORK) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(PACKAGE_LIBS) $(CMOCKA_LIBS)

# The program itself, callable: its main() by another name.
$(B)/tests/damage/main.o: $(B)/src/cli/main.o
	@mkdir -p $(@D)
	$(Q)objcopy --redefine-sym main=revident_main $< $@

$(DAMAGE): $(patsubst %.c,$(B)/%.o,$(wildcard tests/damage/*.c)) $(B)/tests/damage/main.o $(NO_NETWORK) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(PACKAGE_LIBS)

# libFuzzer brings its own main(); every other variant replays a corpus with the stand-alone driver.
$(FUZZERS): $(B)/%: $(B)/%.o $(FUZZ_SUPPORT) $(if $(filter fuzz,$(VARIANT)),,$(B)/tests/fuzz/standalone.o) $(NO_NETWORK) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer) $(PACKAGE_LIBS)

test-programs: all $(TEST_PROGRAMS)

-include $(ALL_OBJ:.o=.d) $(GENERATED:.c=.d)

# --- tests -------------------------------------------------------------------------------------------------------------

setup: ## install what the build and the tests need and this machine lacks
	$(Q)tools/setup.sh check

demo: ## build, import the accident and show scan, explain and show on it
	$(Q)tools/setup.sh demo
	$(Q)$(SUBMAKE) -s all
	$(Q)tools/demo.sh $(BIN)

check: setup ## set up, build without a warning, and run every test
	$(Q)$(SUBMAKE) -s WERROR='$(if $(filter undefined,$(origin WERROR)),-Werror,$(WERROR))' test-programs
	$(Q)MAKE='$(MAKE)' VARIANT=$(VARIANT) tests/check.sh layers headers check-clang format-check lint-text check-unit check-corpus \
		check-differential check-damage check-e2e check-fault check-man check-hardening check-install

check-unit: $(UNIT) $(STARTUP_SHARED) ## run the unit tests
	$(Q)tests/run-unit.sh $(UNIT) $(STARTUP_SHARED)

check-corpus: $(FUZZERS) ## replay the fuzzers' corpora
	$(Q)tests/run-corpus.sh $(FUZZERS)

check-differential: all $(DUMPS) ## compare with Python's ast, configparser, git and a second implementation
	$(Q)BUILD=$(CURDIR)/$(B) tests/run-differential.sh

$(B)/tests/fault/inject.so: tests/fault/inject.c tests/fault/calls.c tests/fault/inject.h
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARNINGS) $(WERROR) -Wno-pedantic -O1 -g -fPIC -shared -o $@ $(filter %.c,$^)

# At most so many runs for a command, a kind of call and a kind of failure; 0: every call.
FAULTS ?= 1
check-fault: all $(if $(LINUX),$(B)/tests/fault/inject.so) ## make calls of the system fail in turn, FAULTS=0 every one
	$(Q)$(if $(LINUX),python3 tests/fault/faults.py --binary $(BIN) --library $(B)/tests/fault/inject.so --most $(FAULTS), \
		echo 'skipped: faults are injected on Linux only')

check-hardening: all ## has the release build what makes a memory error hard to exploit?
	$(Q)$(if $(filter release,$(VARIANT)),tests/hardening.sh $(B),echo 'skipped: only the release is hardened')

check-damage: $(DAMAGE) ## damage a repository's files in thousands of ways: no crash, no hang, no wrong answer
	$(Q)DAMAGE=$(CURDIR)/$(DAMAGE) tests/run-damage.sh

check-install: all ## install, use, and uninstall in a temporary directory
	$(Q)MAKE='$(MAKE)' tests/install.sh $(VARIANT)

check-man: all ## do the man page and the option tables name the same?
	$(Q)python3 tests/man.py $(BIN) man/revident.1

check-e2e: all ## run the real binary under real git
	$(Q)REVIDENT=$(CURDIR)/$(BIN) tests/e2e/run

golden: all ## rewrite the expected outputs of tests/golden
	$(Q)GOLDEN=1 REVIDENT=$(CURDIR)/$(BIN) tests/e2e/run

# What is slow by nature must not run into the limit of each end-to-end test.
sanitize coverage: export E2E_TIMEOUT ?= 1800

sanitize: ## unit tests, corpora and end-to-end tests under ASan and UBSan
	$(Q)$(SUBMAKE) -s VARIANT=sanitize test-programs
	$(Q)MAKE='$(MAKE)' VARIANT=sanitize tests/check.sh check-unit check-corpus check-e2e check-damage

tsan: ## unit tests and corpora under ThreadSanitizer
	$(Q)$(SUBMAKE) -s VARIANT=tsan test-programs
	$(Q)MAKE='$(MAKE)' VARIANT=tsan tests/check.sh check-unit check-corpus

valgrind: ## unit tests and corpora under valgrind
	$(Q)$(SUBMAKE) -s VARIANT=debug test-programs
	$(Q)MAKE='$(MAKE)' VARIANT=debug tests/check.sh check-valgrind

check-valgrind: $(UNIT) $(FUZZERS)
	$(Q)RUNNER='valgrind -q --error-exitcode=99 --leak-check=full --suppressions=tests/valgrind.supp' \
		tests/run-unit.sh $(UNIT)
	$(Q)RUNNER='valgrind -q --error-exitcode=99 --leak-check=full --suppressions=tests/valgrind.supp' \
		tests/run-corpus.sh $(FUZZERS)

coverage: ## line coverage of unit tests, corpora, damage, faults and end-to-end tests
	$(Q)$(SUBMAKE) -s VARIANT=coverage test-programs
	-$(Q)MAKE='$(MAKE)' VARIANT=coverage tests/check.sh check-unit check-corpus check-e2e check-damage check-fault
	$(Q)tests/coverage.sh build/coverage

fuzz: ## fuzz each harness for FUZZ_SECONDS with clang's libFuzzer
	$(Q)if command -v $(CLANG) >/dev/null; then \
		$(SUBMAKE) -s VARIANT=fuzz CC=$(CLANG) $(patsubst build/$(VARIANT)/%,build/fuzz/%,$(FUZZERS)) && \
		tests/run-fuzz.sh $(FUZZ_SECONDS) $(patsubst build/$(VARIANT)/%,build/fuzz/%,$(FUZZERS)); \
	else echo 'skipped: $(CLANG) is not installed'; fi

# From the shortest part to the longest, each to its end whatever became of the others: two hours of two cores, of which
# fuzzing takes most; JOBS is how many harnesses run at a time.
STRESS_PARTS := stress-races stress-signals stress-hostile stress-interrupted stress-damage stress-damage-sanitized \
	stress-histories stress-faults stress-fuzz
.PHONY: $(STRESS_PARTS)

stress: all $(DAMAGE) ## long runs: races, signals, every fault and damage, random histories, fuzzing (tests/run-stress.sh)
	$(Q)$(SUBMAKE) -s VARIANT=sanitize build/sanitize/tests/damage/damage
	$(Q)MAKE='$(MAKE)' VARIANT=$(VARIANT) tests/check.sh $(STRESS_PARTS)

stress-races stress-signals stress-hostile stress-interrupted stress-histories: stress-%: all
	$(Q)REVIDENT=$(CURDIR)/$(BIN) tests/run-stress.sh $*

stress-damage: $(DAMAGE)
	$(Q)DAMAGE=$(CURDIR)/$(DAMAGE) tests/run-damage.sh --all

stress-damage-sanitized:
	$(Q)$(SUBMAKE) -s VARIANT=sanitize build/sanitize/tests/damage/damage
	$(Q)DAMAGE=$(CURDIR)/build/sanitize/tests/damage/damage tests/run-damage.sh

stress-faults:
	$(Q)$(SUBMAKE) FAULTS=$(STRESS_FAULTS) check-fault

# STRESS_FAULTS is FAULTS of check-fault; STRESS_FUZZ_SECONDS is for each harness.
STRESS_FAULTS ?= 0
STRESS_FUZZ_SECONDS ?= 600
stress-fuzz:
	$(Q)$(SUBMAKE) FUZZ_SECONDS=$(STRESS_FUZZ_SECONDS) fuzz

check-npm: all ## test under husky and lefthook, the npm package, and formats by others' parsers
	$(Q)REVIDENT=$(CURDIR)/$(BIN) tests/run-npm.sh

bench: all ## time against git itself: REPO='paths' or a made repository, HUGE=yes, ROUNDS=n, ONLY=subject
	$(Q)python3 tests/bench/bench.py --binary $(BIN) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only $(ONLY)) \
		$(if $(filter yes,$(HUGE)),--huge) $(REPO)

conformance: all ## hold scan against an expected result: REPO=path CASE=file
	$(Q)python3 tests/oracle/conformance.py --binary $(BIN) --repo '$(REPO)' --case '$(CASE)'

replay: all ## judge each commit of a real history with check: REPO=path, CASE=file where one is known
	$(Q)python3 tests/oracle/replay.py --binary $(BIN) --repo '$(REPO)' $(if $(CASE),--case '$(CASE)')

# --- form --------------------------------------------------------------------------------------------------------------

format: ## lay out the C files with clang-format
	$(Q)clang-format -i $(C_FILES)

format-check: ## does clang-format agree with the C files?
	$(Q)if command -v clang-format >/dev/null; then \
		clang-format --dry-run --Werror $(C_FILES) 2>&1 | sed -n 's/^\([^ ]*\):[0-9]*:[0-9]*: error.*/\1: make format lays it out/p' | \
			sort -u | { ! grep .; }; \
	else echo 'skipped: clang-format is not installed'; fi

lint: lint-text tidy ## clang-tidy, shellcheck and mandoc

tidy: ## clang-tidy alone
	$(Q)if command -v clang-tidy >/dev/null; then \
		printf '%s\n' $(SRC) | xargs -P $(NPROC) -I FILE clang-tidy --quiet FILE -- $(STD) $(PACKAGE_CFLAGS) 2>/dev/null; \
	else echo 'skipped: clang-tidy is not installed'; fi

lint-text: ## shellcheck and mandoc alone
	$(Q)if command -v shellcheck >/dev/null; then shellcheck -x $(SHELL_FILES); \
	else echo 'skipped: shellcheck is not installed'; fi
	$(Q)if command -v mandoc >/dev/null; then $(if $(MAN),mandoc -Tlint -Wwarning $(MAN),:); \
	else echo 'skipped: mandoc is not installed'; fi

# readdirCalled: POSIX withdrew readdir_r(); a stream is one thread's. jansson.h is named for its loops, which are macros.
CPPCHECK_FLAGS = --quiet --error-exitcode=1 --std=c11 --language=c -j $(NPROC) --enable=warning,performance,portability \
	--library=posix --suppress=readdirCalled -D_GNU_SOURCE -Iinclude \
	--include=$(shell $(PKG_CONFIG) --variable=includedir jansson)/jansson.h

analyze: tidy ## gcc's static analyser, cppcheck and clang-tidy: any finding fails
	$(Q)if echo | gcc -fanalyzer -fsyntax-only -x c - 2>/dev/null; then \
		printf '%s\n' $(SRC) | xargs -P $(NPROC) -I FILE \
			gcc $(STD) $(PACKAGE_CFLAGS) -O1 -fanalyzer -Wall -Werror -c -o /dev/null FILE; \
	else echo 'skipped: gcc has no -fanalyzer here'; fi
	$(Q)if command -v cppcheck >/dev/null; then cppcheck $(CPPCHECK_FLAGS) src; \
	else echo 'skipped: cppcheck is not installed'; fi

check-clang: ## does clang, too, compile everything without a warning?
	$(Q)if command -v $(CLANG) >/dev/null; then \
		printf '%s\n' $(filter %.c,$(C_FILES)) | xargs -n 20 -P $(NPROC) $(CLANG) -fsyntax-only $(STD) $(WARNINGS) -Werror \
			$(VARIANT_CFLAGS.release) $(PACKAGE_CFLAGS); \
	else echo 'skipped: $(CLANG) is not installed'; fi

layers: ## do includes go downward only, and does only src/cli print and exit?
	$(Q)tests/layers.sh

headers: ## does each header compile alone?
	$(Q)for header in $(HEADERS) $(wildcard src/*/*.h); do \
		printf '#include "%s"\ntypedef int not_empty;\n' "$$header" | \
			$(CC) -I. $(STD) $(WARNINGS) -Werror -fsyntax-only -x c - || exit 1; \
	done

compile_commands.json: Makefile $(SRC) ## for clangd and other tools
	$(Q){ printf '['; for file in $(SRC); do \
		printf '%s\n{"directory": "%s", "file": "%s", "command": "%s -c %s"}' \
			"$$separator" '$(CURDIR)' "$$file" '$(CC) $(subst ",\",$(ALL_CFLAGS))' "$$file"; separator=,; \
	done; echo; echo ']'; } >$@

# --- installing --------------------------------------------------------------------------------------------------------

D_BIN = '$(DESTDIR)$(BINDIR)'
D_MAN = '$(DESTDIR)$(MANDIR)/man1'
D_DATA = '$(DESTDIR)$(DATADIR)'

install: all ## install to $(DESTDIR)$(PREFIX)
	install -d $(D_BIN) $(D_MAN)
	install -m 755 $(BIN) $(D_BIN)/revident
	ln -sf revident $(D_BIN)/git-revident
	install -m 644 $(MAN) $(D_MAN)
	install -d $(D_DATA)/hooks
	install -m 755 $(HOOKS) $(D_DATA)/hooks

# Directories that are empty then go, too, but not those that belong to every system.
uninstall: ## remove what install put there
	rm -f $(D_BIN)/revident $(D_BIN)/git-revident $(patsubst man/%,$(D_MAN)/%,$(MAN))
	rm -rf $(D_DATA)
	$(Q)$(if $(filter / /usr /usr/local,$(PREFIX)),:,rmdir $(D_BIN) $(D_MAN) '$(DESTDIR)$(MANDIR)' '$(DESTDIR)$(PREFIX)/share' \
		'$(DESTDIR)$(PREFIX)' 2>/dev/null || :)

dist: ## a source archive of HEAD in build/
	$(Q)mkdir -p build
	git archive --prefix=revident-$(VERSION)/ -o build/revident-$(VERSION).tar.gz HEAD

clean: ## remove what was built
	rm -rf build compile_commands.json
