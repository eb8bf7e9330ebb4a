#!/bin/sh
# Everything about the sources that a machine can say without running them.
# Usage: lint.sh "HEADERS" "SOURCES" "SCRIPTS" -- compiler flags
# The last line counts the checks that passed and failed.
# shellcheck disable=SC2086,SC2046,SC2013,SC2016 # the lists are words, on purpose
set -u
headers=$1 sources=$2 scripts=$3
shift 4
passed=0 failed=0

check() {
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		echo "lint: $name failed"
		failed=$((failed + 1))
	fi
}

# Headers stand on their own: whatever includes them needs nothing before them.
alone() {
	bad=0
	for h in $headers; do
		${CC:-gcc} "$@" -Wall -Wextra -Werror -fsyntax-only -x c "$h" || bad=1
	done
	return $bad
}

# One file a run: clang-tidy 14 misreports va_list when it gets several.  Nearly all of its time goes into following
# the paths of functions; LINT_NODES=225000, its own limit, takes five times as long.  Memory in large pages saves a tenth.
tidy() {
	printf '%s\n' $sources | grep -vE '^tests/(unit|conformance|fuzz|torture)/' |
		GLIBC_TUNABLES=glibc.malloc.hugetlb=1 xargs -P "$(nproc)" -I{} sh -c 'f=$1 nodes=$2; shift 2
			out=$(clang-tidy --quiet --extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang \
				--extra-arg="max-nodes=$nodes" "$f" -- "$@" 2>/dev/null) || { echo "$out"; exit 1; }' \
			sh {} "${LINT_NODES:-40000}" "$@"
}

# Each outside library is included by the files of one folder (and by those named here).
libraries() {
	bad=0
	while read -r header folders; do
		for f in $(grep -l "#include <$header" $sources $headers); do
			case " $folders " in
			*" $(dirname "$f") "*) ;;
			*) echo "$f includes $header, which belongs to: $folders" && bad=1 ;;
			esac
		done
	done <<-END
	librdkafka/ gateway/kafka tests/unit tests/tools
	libpq-fe.h gateway/load connectors/postgres tests/tools tests/unit tests/fuzz
	avro.h gateway/avro tests/unit tests/tools
	yaml.h gateway/config tests/unit
	zip.h connectors/file tests/unit
	expat.h connectors/file
	sql.h connectors/odbc tests/tools
	sqlext.h connectors/odbc tests/tools
	END
	return $bad
}

translations() {
	pot=$(mktemp) po=$(mktemp)
	# shellcheck disable=SC2086
	xgettext --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=ngettext:1,2 \
		--no-location -o "$pot" $(printf '%s\n' $sources | grep -E '^(gateway|connectors)/')
	msgmerge --quiet --no-fuzzy-matching -o "$po" po/vi.po "$pot"
	left=$(msgattrib --untranslated "$po" | grep -c '^msgid' || true)
	msgattrib --untranslated "$po" | grep '^msgid' | sed 's/^/not in Vietnamese yet: /' | head -20
	msgfmt --check --check-format -o /dev/null "$po" || left=1
	rm -f "$pot" "$po"
	[ "$left" -eq 0 ]
}

banned() {
	! grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|atol|alloca|strtok)\(' $sources $headers
}

check format clang-format --dry-run -Werror $headers $sources
check limits tests/lint/limits.sh $sources
check banned banned
check libraries libraries
check headers alone "$@"
check cppcheck cppcheck --quiet --error-exitcode=1 --inline-suppr -j "$(nproc)" \
	--enable=warning,performance,portability --suppress=missingIncludeSystem \
	-D_GNU_SOURCE -iquote gateway -iquote connectors \
	$(printf '%s\n' $sources | grep -E '^(gateway|connectors|deploy)/')
check clang-tidy tidy "$@"
check shellcheck shellcheck -S warning -x -P SCRIPTDIR $scripts
check translations translations
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
