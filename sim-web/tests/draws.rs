//! The draws have the same bits here and in WASM: `goldens.mjs` checks the same file under Node.

use sim_web::draws_digest;

#[test]
fn draws_agree_with_their_goldens() {
    let mut lines = 0;
    for line in include_str!("draws.txt").lines().filter(|line| !line.starts_with('#')) {
        let [seed, count, digest] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("a line is `seed count digest`, not `{line}`");
        };
        let seed = seed.parse().expect("a seed is a whole number");
        let count = count.parse().expect("a count is a whole number");
        assert_eq!(draws_digest(seed, count), digest, "seed {seed}, {count} draws");
        lines += 1;
    }
    assert!(lines > 0, "draws.txt has no goldens");
}
