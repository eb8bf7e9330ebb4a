# Sourced: the peak memory of a first load must not depend on how large the table is.
# shellcheck shell=bash

SMALL=100000

memory_of() { # memory_of NAME ROWS
	say "memory with $2 rows"
	wide_workspace "memory$2" "$2"
	put_usage "$1" "$SONGMA" sync test
	same_rows wide
	workspace_end 2>/dev/null
}

bench_memory() {
	memory_of small "$SMALL"
	((BIG > 0)) || return 0
	memory_of big "$BIG"
	put_ratio growth_pull big_pull_rss_kb small_pull_rss_kb
	put_ratio growth_load big_load_rss_kb small_load_rss_kb
}
