# parts.sh - how each part of the local stack is fetched, set up, launched and found ready.
# shellcheck shell=bash
#
# Sourced by stack.sh, whose names (DIR, JVM_DIR, HERE …) and helpers (die, launch …) it uses.  launch_X starts a part as a
# daemon and returns at once; wait_ready waits until it serves.

# ---- the Java parts --------------------------------------------------------------------------------------------------

fetch_run() { # fetch_run LOG maven-option...
	local log=$1
	shift
	rm -rf "$JVM_DIR/kafka" "$JVM_DIR/registry" "$JVM_DIR/markers"
	mvn -B "$@" -f "$HERE/pom.xml" "-Djvm.dir=$JVM_DIR" prepare-package >"$log" 2>&1 </dev/null
}

# The marker holds the checksum of the pom, so that other versions are fetched when the pom names them.
fetch() {
	local want log="$JVM_DIR/fetch.log"
	want=$(cksum <"$HERE/pom.xml")
	if [ "$(cat "$JVM_DIR/complete" 2>/dev/null)" = "$want" ]; then
		return 0
	fi
	need mvn maven
	mkdir -p "$JVM_DIR"
	(
		flock -w 900 8 || die "another fetch has been at work on $JVM_DIR for 15 minutes; wait for it, or end it"
		if [ "$(cat "$JVM_DIR/complete" 2>/dev/null)" = "$want" ]; then
			exit 0
		fi
		rm -f "$JVM_DIR/complete"
		say "fetching Kafka and the schema registry into $JVM_DIR (about 150 MB, once)"
		if ! fetch_run "$log" -o && ! fetch_run "$log"; then
			tail -n 15 "$log" >&2
			die "Maven could not fetch the Java parts; see $log, check the network or proxy, and try again"
		fi
		echo "$want" >"$JVM_DIR/complete"
	) 8>"$JVM_DIR/lock"
}

# ---- PostgreSQL ------------------------------------------------------------------------------------------------------

init_cluster() {
	local home="$DIR/$1"
	rm -rf "$home/data.new"
	mkdir -p "$home"
	cp "$DIR/secrets/$1" "$home/password"
	chmod 0600 "$home/password"
	if [ "$(id -u)" = 0 ]; then
		chown postgres: "$home" "$home/password"
	fi
	chmod 0755 "$home"
	as_postgres "$PG_BIN/initdb" -D "$home/data.new" -U postgres --pwfile="$home/password" --auth=scram-sha-256 \
		--encoding=UTF8 --locale=C.UTF-8 --no-instructions >>"$(log_of "$1")" 2>&1 ||
		die_with_log "$1" "initdb of $1 failed; is $home within reach of the user postgres?"
	rm "$home/password"
	mv "$home/data.new" "$home/data"
}

launch_postgres() {
	local data="$DIR/$1/data"
	[ -x "$PG_BIN/postgres" ] || die "$PG_BIN/postgres is missing; install the package postgresql-15 (or run: make deps)"
	[ -d "$data" ] || init_cluster "$1"
	until_true 30 cluster_is_empty "$1" || die "processes of the last $1 cluster still run in $data; end them, and try again"
	# Nothing runs in the folder, so the files a crash left are stale, whoever has the number in them today.
	rm -f "$data/postmaster.pid" "$DIR/$1"/.s.PGSQL.*
	fill_template postgresql.conf "$1" >"$data/postgresql.conf"
	cat "$HERE/pg_hba.conf" >"$data/pg_hba.conf"
	if [ "$(id -u)" = 0 ]; then
		launch "$1" "$data" "${AS_POSTGRES[@]}" "$PG_BIN/postgres" -D "$data"
	else
		launch "$1" "$data" "$PG_BIN/postgres" -D "$data"
	fi
}

# ---- MariaDB ---------------------------------------------------------------------------------------------------------

# For the client program and for ODBC.
write_mariadb_secrets() {
	local password port
	[ -s "$DIR/secrets/mariadb" ] || random_text 24 >"$DIR/secrets/mariadb"
	password=$(cat "$DIR/secrets/mariadb")
	port=$(port_of mariadb)
	printf '[client]\nprotocol=tcp\nhost=127.0.0.1\nport=%s\nuser=root\npassword=%s\ndefault-character-set=utf8mb4\n' \
		"$port" "$password" >"$DIR/secrets/mariadb.cnf"
	printf 'DRIVER={MariaDB Unicode};SERVER=127.0.0.1;PORT=%s;UID=root;PWD=%s' "$port" "$password" \
		>"$DIR/secrets/mariadb.odbc"
}

# There is one account, by TCP from this machine, with a password.
mariadb_account() {
	cat <<-EOF
	DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';
	INSERT INTO mysql.global_priv VALUES ('127.0.0.1', 'root', JSON_OBJECT('access', CAST(-1 AS UNSIGNED),
	  'plugin', 'mysql_native_password', 'authentication_string', PASSWORD('$(cat "$DIR/secrets/mariadb")')));
	DELETE FROM mysql.proxies_priv;
	EOF
}

init_mariadb() {
	local home="$DIR/mariadb"
	rm -rf "$home/data.new"
	(umask 077 && mariadb_account >"$home/account.sql")
	if [ "$(id -u)" = 0 ]; then
		chown postgres: "$home/account.sql"
	fi
	as_postgres mariadb-install-db --no-defaults --force --skip-test-db --auth-root-authentication-method=normal \
		--datadir="$home/data.new" --tmpdir="$home/tmp" --extra-file="$home/account.sql" </dev/null >>"$(log_of mariadb)" 2>&1 ||
		die_with_log mariadb "mariadb-install-db failed; is $home within reach of the user postgres?"
	rm "$home/account.sql"
	mv "$home/data.new" "$home/data"
}

# It runs as the user that the clusters run as: Debian's server-core makes none of its own.
launch_mariadb() {
	local home="$DIR/mariadb" program
	need mariadb mariadb-client-core
	[ -x /usr/sbin/mariadbd ] || die "/usr/sbin/mariadbd is missing; install the package mariadb-server-core (or run: make deps)"
	mkdir -p "$home/tmp"
	if [ "$(id -u)" = 0 ]; then
		chown postgres: "$home" "$home/tmp"
	fi
	[ -d "$home/data" ] || init_mariadb
	until_true 30 cluster_is_empty mariadb || die "processes of the last mariadb still run in $home/data; end them, and try again"
	fill_template mariadb.cnf mariadb >"$home/my.cnf"
	program=(/usr/sbin/mariadbd "--defaults-file=$home/my.cnf" "--datadir=$home/data")
	if [ "$(id -u)" = 0 ]; then
		program=("${AS_POSTGRES[@]}" "${program[@]}")
	fi
	launch mariadb "$home/data" "${program[@]}"
}

# ---- Kafka and the registry ------------------------------------------------------------------------------------------

java_for() { # prints the options every JVM of the stack gets, one a line
	printf '%s\n' -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData \
		-Djava.awt.headless=true "-Djava.io.tmpdir=$DIR/$1/tmp" "-Dsongma.stack=$DIR/$1"
}

# A second way to the broker, which tells its clients to come by the port SONGMA_KAFKA_PROXY: what stands between can be
# delayed and cut.  Groups may find out soon that a member has stopped.  The last of two lines of a name counts.
proxied_listener() {
	cat <<-EOF
	listeners=PLAINTEXT://127.0.0.1:$(port_of kafka),PROXIED://127.0.0.1:$(port_of proxied),CONTROLLER://127.0.0.1:$(port_of controller)
	advertised.listeners=PLAINTEXT://127.0.0.1:$(port_of kafka),PROXIED://127.0.0.1:$SONGMA_KAFKA_PROXY
	listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
	group.min.session.timeout.ms=1000
	EOF
}

launch_kafka() {
	local home="$DIR/kafka" options
	mkdir -p "$home/data"
	mapfile -t options < <(java_for kafka)
	rm -rf "$home/tmp" && mkdir "$home/tmp"
	fill_template kafka.properties kafka >"$home/server.properties"
	[ -z "${SONGMA_KAFKA_PROXY:-}" ] || proxied_listener >>"$home/server.properties"
	if [ ! -f "$home/data/meta.properties" ]; then
		java "${options[@]}" -cp "$JVM_DIR/kafka/*" kafka.tools.StorageTool format --ignore-formatted \
			-t "songma-$(random_text 8 | cut -c 1-15)" -c "$home/server.properties" >>"$(log_of kafka)" 2>&1 </dev/null ||
			die_with_log kafka "Kafka could not format $home/data"
	fi
	launch kafka "$home" java "${options[@]}" "-Dlog4j2.configurationFile=$HERE/log4j2.properties" \
		-cp "$JVM_DIR/kafka/*" kafka.Kafka "$home/server.properties"
}

launch_registry() {
	local home="$DIR/registry" options jar
	mkdir -p "$home"
	mapfile -t options < <(java_for registry)
	rm -rf "$home/tmp" && mkdir "$home/tmp"
	jar=$(echo "$JVM_DIR"/registry/apicurio-registry-app-*-runner.jar)
	# WRITE_DELAY=0: a schema whose number was handed out is in the file, even if the registry is killed right after.
	launch registry "$home" env \
		QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$(port_of registry)" \
		APICURIO_STORAGE_KIND=sql APICURIO_STORAGE_SQL_KIND=h2 \
		APICURIO_DATASOURCE_URL="jdbc:h2:file:$home/schemas;WRITE_DELAY=0" \
		APICURIO_DATASOURCE_USERNAME=sa APICURIO_DATASOURCE_PASSWORD=sa \
		APICURIO_CCOMPAT_USE_CANONICAL_HASH=true \
		java "${options[@]}" -jar "$jar"
}

# ---- ready? ----------------------------------------------------------------------------------------------------------

# Whether a part's log has a pattern behind an offset.  Not grep -q: tail would die of it, and take the answer along.
log_says() { # log_says PART LOG-OFFSET PATTERN
	tail -c "+$(($2 + 1))" "$(log_of "$1")" | grep -a "$3" >/dev/null
}

is_ready() { # is_ready PART LOG-OFFSET
	case $1 in
	sources | warehouse)
		PGCONNECT_TIMEOUT=3 "$PG_BIN/psql" -X -q -At -w -d "$(conninfo "$1") dbname=postgres" -c 'SELECT 1' >/dev/null 2>&1
		;;
	mariadb)
		mariadb --defaults-file="$DIR/secrets/mariadb.cnf" --connect-timeout=3 -e 'SELECT 1' >/dev/null 2>&1
		;;
	kafka)
		log_says kafka "$2" 'Kafka Server started'
		;;
	registry)
		# It asks for no compatibility of its own accord; ours is never to break a reader of old records.
		curl -sf -m 5 -o /dev/null -X PUT -H 'Content-Type: application/json' \
			-d '{"compatibility":"BACKWARD_TRANSITIVE"}' "$(registry_url)/config"
		;;
	esac
}

# False, without a word, if the part's port was taken between our check and its start.
wait_ready() { # wait_ready PART LOG-OFFSET
	local end=$((SECONDS + DEADLINE_S)) pid
	pid=$(cat "$DIR/run/$1.pid")
	until is_ready "$1" "$2"; do
		if has_ended "$pid"; then
			if log_says "$1" "$2" 'Address already in use\|in use by another process'; then
				return 1
			fi
			die_with_log "$1" "$1 ended while it was starting; the end of its log is above"
		fi
		if ((SECONDS >= end)); then
			die_with_log "$1" "$1 is not ready after $DEADLINE_S seconds; it still runs: see its log, or set SONGMA_STACK_DEADLINE"
		fi
		sleep 0.1
	done
}
