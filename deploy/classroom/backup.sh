#!/bin/sh
# A copy of the classroom's database each night: who is in the class, hashes of keys, the ledger, the audit log. Put it
# into /etc/cron.daily/course-classroom (executable, owned by root). Copies older than 30 days are removed.
# Back again: pg_restore --clean --if-exists --no-owner --dbname course FILE
set -eu
umask 077
folder="${1:-/var/backups/course-classroom}"
mkdir -p "$folder"
file="$folder/course-$(date -u +%Y-%m-%d).dump"
runuser -u course -- pg_dump --format=custom course > "$file.part"
mv "$file.part" "$file"
find "$folder" -name 'course-*.dump' -mtime +30 -delete
