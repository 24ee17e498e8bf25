#!/bin/sh
# A sweep in shards with GNU parallel, on this machine or on several that share a folder.
#
#   sweep-parallel.sh SHARDS OUT FILE [--vary PATH=VALUES …] [--replications N]
#
# Each shard is a process of one thread. Given again, it goes on where it was stopped. For several machines, add
# `--sshloginfile hosts --workdir .` to `parallel`; all of them must see this folder and have `escala`.
set -eu

shards=$1
out=$2
shift 2
mkdir -p "$out"

# `--quote` keeps values such as `PowerOf(d: 2)` in one piece; `SHARD` stands for what `{}` usually does, as values may have
# brackets. A shard that ends with 1 has run all its cases, some of which did not end well: `merge` says so again.
seq "$shards" | parallel --quote -I SHARD --joblog "$out/jobs.txt" \
    sh -c 'escala sweep "$@" || [ $? -eq 1 ]' escala \
    "$@" --threads 1 --shard "SHARD/$shards" --out "$out/shard-SHARD"

set --
for shard in $(seq "$shards"); do
    set -- "$@" "$out/shard-$shard"
done
exec escala merge "$@" --out "$out/whole"
