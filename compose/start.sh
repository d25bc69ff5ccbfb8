#!/bin/sh
# What a container of compose.yaml runs: one part of the stack, with the configuration that `plumbline stack compose` wrote.
set -eu
part=$1
name=${2:-$1}
data=/stack/data
pg=/usr/lib/postgresql/15/bin

mkdir -p "$data"
case $part in
  keys)
    [ -s /keys/jwt-key.pem ] || { openssl genrsa -out /keys/new 2048 && mv /keys/new /keys/jwt-key.pem; }
    ;;
  postgres)
    if [ ! -s "$data/PG_VERSION" ]; then
      printf '%s\n' only-inside-this-network >/stack/password
      "$pg/initdb" --no-locale --encoding=UTF8 --auth=scram-sha-256 --username=plumbline --pwfile=/stack/password -D "$data"
    fi
    exec "$pg/postgres" -D "$data" --config_file=/config/postgresql.conf --hba_file=/config/pg_hba.conf
    ;;
  redis | sentinel)
    # Sentinel rewrites the files of all Redis processes when it switches.
    [ -s "/stack/$name.conf" ] || cat "/config/$name.conf" >"/stack/$name.conf"
    exec "redis-$([ "$part" = redis ] && echo server || echo sentinel)" "/stack/$name.conf"
    ;;
  kafka)
    jars=$(find /opt/kafka/libs -name '*.jar' | sort | tr '\n' ':')
    if [ ! -s "$data/meta.properties" ]; then
      java -cp "$jars" kafka.tools.StorageTool format -t cGx1bWJsaW5lLXN0YWNrMQ -c "/config/$name.properties"
    fi
    # shellcheck disable=SC2046 # one flag a line
    exec java $(cat /config/java.flags) -Dlog4j2.configurationFile=/config/log4j2.properties -cp "$jars" kafka.Kafka \
      "/config/$name.properties"
    ;;
  app) exec plumbline serve --config "/config/$name.yaml" ;;
  front) exec haproxy -db -f /config/haproxy.cfg ;;
  *)
    echo "start.sh: unknown part '$part'; the parts are keys, postgres, redis, sentinel, kafka, app, front" >&2
    exit 2
    ;;
esac
