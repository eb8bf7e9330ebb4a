# Songma. `make` alone prints this help.
#
#   make deps     install what building and running need (apt, as root or through sudo)
#   make build    the program: build/songma
#   make unit     unit tests: no root, no server       make SAN=1 unit   under ASan + UBSan
#   make lint     format, size limits, cppcheck, clang-tidy, shell scripts, translations
#   make demo     real databases -> Kafka -> warehouse -> coverage of 166 communes
#                 PEOPLE=50000 (to 3700000), KEEP=1 leaves the servers up
#   make check    everything that must pass before a change lands
#   make faults   N=60 kills, cuts, stalls and full disks under way, SEED=…; then everything is
#                 compared; make faults-mutants: mutants must fail it
#   make fuzz     replay the fuzzers' corpora; FUZZ_SECONDS=60 searches on
#   make torture  every allocation of the core modules fails once
#   make bench    speed and memory
#   make docs     the parts of docs/MAPPING.md that are made of the program's tables
#   make install  into DESTDIR/PREFIX (/usr/local)
#   make clean
#
# CI=1 makes warnings errors; CC=clang builds with clang; BUILD=folder keeps a variant apart;
# V=1 shows the commands.

MAKEFLAGS += --no-builtin-rules
BUILD   ?= build$(if $(SAN),/san)$(if $(filter clang%,$(CC)),-clang)
PREFIX  ?= /usr/local
Q       := $(if $(V),,@)
VERSION := 0.1.0

ifeq ($(origin CC),default)
CC := gcc
endif

PKGS    := rdkafka libpq avro-c jansson yaml-0.1 libcurl odbc libzip expat libsodium libutf8proc libxxhash libcrypto
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS)) -lm

WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wcast-qual \
           -Wformat=2 -Wundef -Wvla -Wswitch-enum -Wnull-dereference -Wdouble-promotion \
           -Wpointer-arith -Wimplicit-fallthrough $(if $(CI),-Werror)
HARDEN  := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE \
           -D_FORTIFY_SOURCE=3
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

CPPFLAGS += -D_GNU_SOURCE -iquote gateway -iquote connectors -DGW_VERSION='"$(VERSION)"' \
            -DGW_LOCALE_DIR='"$(PREFIX)/share/locale"' -DGW_SHARE_DIR='"$(PREFIX)/share/songma"'
# Sanitized code is compiled for what it finds when it runs: a level less is a third less of compiling.  That level can't
# follow the lengths of texts; at -O2 the warning stands.
CFLAGS   ?= $(if $(SAN),-O1 -g1 $(if $(filter gcc%,$(CC)),-Wno-format-truncation),-O2 -g)
ALL_CFLAGS = -std=c11 $(WARN) $(if $(SAN),$(SANFLAGS),$(HARDEN)) $(CFLAGS) -MMD -MP
ALL_LDFLAGS = $(if $(SAN),$(SANFLAGS),-pie -Wl,-z,relro,-z,now,-z,noexecstack) $(LDFLAGS)

LIB_SRC  := $(sort $(wildcard gateway/*/*.c connectors/*.c connectors/*/*.c))
CMD_SRC  := $(sort $(wildcard gateway/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
TOOL_SRC := $(sort $(wildcard tests/tools/*.c))
DEMO_SRC := $(sort $(wildcard deploy/demo/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
TORTURE_SRC := $(sort $(wildcard tests/torture/*.c))
CONFORM_SRC := $(sort $(wildcard tests/conformance/*.c))
ALL_SRC  := $(LIB_SRC) $(CMD_SRC) $(UNIT_SRC) $(TOOL_SRC) $(DEMO_SRC) $(FUZZ_SRC) $(TORTURE_SRC) $(CONFORM_SRC)
HEADERS  := $(sort $(wildcard gateway/*.h gateway/*/*.h connectors/*.h connectors/*/*.h))
SCRIPTS  := $(sort $(wildcard deploy/*/*.sh tests/*/*.sh .ci/run))

LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ  := $(CMD_SRC:%.c=$(BUILD)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(BUILD)/%.o)
TOOLS    := $(TOOL_SRC:tests/tools/%.c=$(BUILD)/%)
LOCALE   := $(BUILD)/locale/vi/LC_MESSAGES/songma.mo

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

build: $(BUILD)/songma $(BUILD)/songma-demo-people $(LOCALE)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(PKG_CFLAGS) -c -o $@ $<

# One archive, so that a test binary takes only what it uses.
$(BUILD)/libsongma.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/songma: $(CMD_OBJ) $(BUILD)/libsongma.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Shares no code with the gateway, so that what it plants is no echo of what is tested.
$(BUILD)/songma-demo-people: $(DEMO_SRC:%.c=$(BUILD)/%.o)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/unit-tests: $(UNIT_OBJ) $(BUILD)/libsongma.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) $(shell pkg-config --libs criterion)

tools: $(TOOLS) $(BUILD)/conform
$(TOOLS): $(BUILD)/%: $(BUILD)/tests/tools/%.o $(BUILD)/libsongma.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Drives any connector through its contract alone; tests/integration/test_conformance.sh does so for all.
$(BUILD)/conform: $(CONFORM_SRC:%.c=$(BUILD)/%.o) $(BUILD)/libsongma.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# What another compiler says of the sources; what it would make of them, nobody runs.
syntax:
	@printf '%s\n' $(LIB_SRC) $(CMD_SRC) $(DEMO_SRC) $(TOOL_SRC) $(CONFORM_SRC) | xargs -P "$$(nproc)" -n 8 \
	    $(CC) $(CPPFLAGS) $(filter-out -M%,$(ALL_CFLAGS)) $(PKG_CFLAGS) -fsyntax-only

$(LOCALE): po/vi.po
	@mkdir -p $(@D)
	msgfmt --check --check-format -o $@ $<

# The catalogue's msgids as they stand in the sources now.
po/songma.pot: $(LIB_SRC) $(CMD_SRC)
	xgettext --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=ngettext:1,2 \
	    --package-name=songma --sort-by-file --no-location -o $@ $^

# Criterion takes a leaking test for a passed one, so a sanitizer must abort and
# its report is looked for: any file at $(BUILD)/sanitizer.* fails the run.
unit: export ASAN_OPTIONS = abort_on_error=1:log_path=$(BUILD)/sanitizer
unit: export UBSAN_OPTIONS = print_stacktrace=1:log_path=$(BUILD)/sanitizer
unit: $(BUILD)/unit-tests
	@rm -f $(BUILD)/sanitizer.*
	$< $(if $(FILTER),--filter '$(FILTER)') $(UNIT_ARGS)
	@! ls $(BUILD)/sanitizer.* 2>/dev/null

# Our own allocations alone are wrapped: what a shared library does inside stays as it is.
WRAPPED := malloc calloc realloc free strdup strndup

$(BUILD)/torture: $(TORTURE_SRC:%.c=$(BUILD)/%.o) $(BUILD)/libsongma.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(PKG_LIBS)

torture: export ASAN_OPTIONS = abort_on_error=1
torture: $(BUILD)/torture
	$<

# The library is instrumented once for all fuzzers, without the folders that no fuzzer links anything of.
FUZZ_CC := clang -std=c11 -O1 -g1 -fno-sanitize-recover=all
FUZZ_NOT := desk explain ops people pull reconcile serve
FUZZ_OBJ := $(patsubst %.c,$(BUILD)/fuzz/%.o,$(filter-out $(FUZZ_NOT:%=gateway/%/%),$(LIB_SRC)))

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer-no-link,address,undefined $(CPPFLAGS) $(PKG_CFLAGS) -MMD -MP \
	    -c -o $@ $<

$(BUILD)/fuzz/libsongma.a: $(FUZZ_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(BUILD)/fuzz/libsongma.a $(wildcard tests/fuzz/*.h)
	@echo "  FUZZ  $@"
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined $(CPPFLAGS) $(PKG_CFLAGS) \
	    -o $@ $(filter-out %.h,$^) $(PKG_LIBS)

deps:
	@deploy/deps.sh

lint:
	@tests/lint/lint.sh "$(HEADERS)" "$(ALL_SRC)" "$(SCRIPTS)" -- -std=c11 $(CPPFLAGS) $(PKG_CFLAGS)

fuzz: $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/%)
	tests/fuzz/replay.sh $(BUILD) $(FUZZ_SECONDS)

demo:
	@deploy/demo/demo.sh

check:
	@tests/check.sh

faults: build $(BUILD)/proxy
	@BUILD=$(BUILD) tests/faults/first_load.sh
	@BUILD=$(BUILD) tests/faults/run.sh

# Each of the mutants must fail there.
faults-mutants: build $(BUILD)/proxy
	@BUILD=$(BUILD) tests/faults/mutants.sh

bench: build $(filter $(BUILD)/bench-%,$(TOOLS))
	@BUILD=$(BUILD) tests/bench/run.sh

docs: $(BUILD)/manual
	$< docs/MAPPING.md

install: build
	install -D -m 755 $(BUILD)/songma $(DESTDIR)$(PREFIX)/bin/songma
	install -D -m 644 $(LOCALE) $(DESTDIR)$(PREFIX)/share/locale/vi/LC_MESSAGES/songma.mo
	mkdir -p $(DESTDIR)$(PREFIX)/share/songma
	cp -r schemas $(DESTDIR)$(PREFIX)/share/songma/

clean:
	rm -rf build

-include $(ALL_SRC:%.c=$(BUILD)/%.d) $(FUZZ_OBJ:.o=.d)
.PHONY: help build tools syntax unit torture fuzz deps lint demo check faults faults-mutants bench docs install clean
.DEFAULT_GOAL := help
