#!/bin/sh
# A sweep in shards as a Slurm job array. Submit it, and join what it wrote once all have ended:
#
#   sbatch sweep-slurm.sh OUT FILE [--vary PATH=VALUES …] [--replications N]
#   escala merge OUT/shard-* --out OUT/whole
#
# A job that was stopped goes on if it is submitted again: `sbatch --array=3,7 sweep-slurm.sh …`.
#SBATCH --job-name=escala
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
#SBATCH --requeue
set -eu

# As many as the array has. Slurm's own count is smaller where only some are submitted again.
shards=${SHARDS:-16}
shard=$SLURM_ARRAY_TASK_ID
out=$1
shift
mkdir -p "$out"

# Who ends with 1 has run all its cases, some of which did not end well: `merge` says so again.
escala sweep "$@" --threads "${SLURM_CPUS_PER_TASK:-1}" --shard "$shard/$shards" --out "$out/shard-$shard" || [ $? -eq 1 ]
