use super::*;
use crate::random::Key;

/// What is seen of a limit that is kept by so much, with such a spread of single replications.
fn seen(cost: f64, by: f64, spread: f64, replications: u32) -> Seen {
    let margin = Margin { by, is_met: by > 0.0, value: -by, shown: String::new() };
    let error = spread / f64::from(replications).sqrt();
    let limit = Limit { margin, error, freedom: f64::from(replications) - 1.0 };
    Seen { costs: vec![Some(cost); replications as usize], limits: vec![Some(limit)] }
}

/// Runs a search to its end; counts the replications.
fn drive(search: &mut Search, look: impl Fn(usize, u32) -> Seen) -> u32 {
    let mut replications = 0;
    for _ in 0..100_000 {
        let errands = search.errands();
        if errands.is_empty() {
            return replications;
        }
        for errand in errands {
            replications += errand.replications - search.seen(errand.candidate).map_or(0, Seen::replications);
            search.tell(errand.candidate, look(errand.candidate, errand.replications));
        }
    }
    panic!("the search does not end");
}

/// The cheapest candidate that keeps its limit, by looking at all.
fn exhaustive(costs: &[f64], slack: &[f64]) -> Option<usize> {
    let keeping = (0..costs.len()).filter(|number| slack[*number] > 0.0);
    keeping.min_by(|one, other| {
        costs[*one].total_cmp(&costs[*other]).then(slack[*other].total_cmp(&slack[*one]))
    })
}

/// A grid of two quantities and a choice, each with its cost and by how much it keeps the limit.
fn grid(seed: u64) -> (Grid, Vec<f64>, Vec<f64>) {
    let mut draws = Key::from_seed(seed).named("grid").draws();
    let lengths = [2 + draws.below(15), 2 + draws.below(15), 1 + draws.below(3)];
    let prices = [0.1 + draws.unit(), 0.1 + draws.unit()];
    let (limit, powers) = (draws.unit() * 200.0, [draws.unit() + 0.2, draws.unit() + 0.2]);
    let choices: Vec<f64> = (0..lengths[2]).map(|_| 0.5 + draws.unit()).collect();
    let (mut costs, mut slack) = (Vec::new(), Vec::new());
    for a in 1..=lengths[0] {
        for b in 1..=lengths[1] {
            for choice in &choices {
                let (a, b) = (f64::from(a), f64::from(b));
                costs.push(a * prices[0] + b * prices[1]);
                slack.push(choice * 20.0 * a.powf(powers[0]) * b.powf(powers[1]) - limit);
            }
        }
    }
    (Grid::new(lengths.to_vec(), &[true, true, false], Some(&costs)), costs, slack)
}

#[test]
fn what_it_finds_is_what_looking_at_all_finds_in_far_fewer_runs() {
    let (mut run, mut candidates) = (0, 0);
    for seed in 0..300 {
        let (grid, costs, slack) = grid(seed);
        let mut search = Search::new(grid, Some(costs.clone()), 64);
        drive(&mut search, |number, replications| seen(costs[number], slack[number], 1e-6, replications));
        let answer = search.answer();
        assert_eq!(answer.winner, exhaustive(&costs, &slack), "grid {seed}");
        assert!(!answer.is_refuted);
        (run, candidates) = (run + answer.run, candidates + costs.len());
    }
    // Two dimensions of at most sixteen steps: a staircase of thirty at most, times three choices.
    assert!(run * 5 < candidates, "{run} of {candidates}");
}

#[test]
fn one_axis_is_bisected() {
    let costs: Vec<f64> = (0..1_000).map(f64::from).collect();
    let mut search = Search::new(Grid::new(vec![1_000], &[true], Some(&costs)), Some(costs.clone()), 64);
    drive(&mut search, |number, replications| seen(0.0, number as f64 - 700.5, 1e-3, replications));
    let answer = search.answer();
    assert_eq!((answer.winner, answer.runner_up), (Some(701), Some(702)));
    // The tenth of bisection, and the runner-up.
    assert!(answer.run <= 12, "{}", answer.run);
    assert!(answer.ruled_out > 690, "{}", answer.ruled_out);
}

#[test]
fn less_may_be_more_where_costs_fall_along_an_axis() {
    let costs = [8.0, 4.0, 2.0, 1.0];
    let grid = Grid::new(vec![4], &[true], Some(&costs));
    let mut search = Search::new(grid, Some(costs.to_vec()), 64);
    drive(&mut search, |number, replications| seen(0.0, 1.5 - number as f64, 1e-3, replications));
    assert_eq!(search.answer().winner, Some(1));
}

#[test]
fn an_assumption_that_fails_next_to_the_winner_is_given_up() {
    let grid = Grid::new(vec![3, 2], &[true, true], Some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
    let mut search = Search::new(grid, Some(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), 64);
    // (1, 0) keeps its limit, and (1, 1), which has more, does not.
    let slack = [-1.0, -1.0, 1.0, -1.0, 1.0, 1.0];
    drive(&mut search, |number, replications| seen(0.0, slack[number], 1e-3, replications));
    assert_eq!((search.answer().winner, search.answer().is_refuted), (Some(2), true));
}

#[test]
fn what_is_close_gets_more_replications_and_what_is_clear_few() {
    let costs: Vec<f64> = (0..8).map(f64::from).collect();
    let grid = Grid::new(vec![8], &[true], Some(&costs));
    let mut search = Search::new(grid, Some(costs), 64);
    drive(&mut search, |number, replications| seen(0.0, number as f64 - 3.9, 0.3, replications));
    let replications = |number: usize| search.seen(number).map_or(0, Seen::replications);
    assert_eq!(search.answer().winner, Some(4));
    assert!(replications(4) > FIRST && replications(4) <= 64, "{}", replications(4));
    assert_eq!(replications(3), FIRST);
}

#[test]
fn nothing_wins_where_nothing_keeps_the_limits() {
    let costs = [1.0, 2.0, 3.0];
    for known in [Some(costs.to_vec()), None] {
        let grid = Grid::new(vec![3], &[true], known.as_deref());
        let mut search = Search::new(grid, known, 16);
        drive(&mut search, |number, replications| seen(costs[number], -1.0, 0.1, replications));
        assert_eq!((search.answer().winner, search.answer().runner_up), (None, None));
    }
}

/// The cost of a candidate in a replication: much of the noise is common to all.
fn noisy(key: Key, candidate: usize, replication: u32) -> f64 {
    let common = key.numbered(u64::from(replication)).draws().unit();
    let own = key.named("own").numbered(u64::from(replication) * 1_000 + candidate as u64).draws().unit();
    10.0 + 0.2 * candidate as f64 + 4.0 * common + 0.4 * own
}

#[test]
fn a_race_finds_the_cheapest_with_most_replications_for_the_close_ones() {
    let mut found = 0;
    for seed in 0..100 {
        let key = Key::from_seed(seed).named("race");
        // The first five break the limit.
        let look = |number: usize, replications: u32| Seen {
            costs: (0..replications).map(|replication| Some(noisy(key, number, replication))).collect(),
            ..seen(0.0, if number < 5 { -1.0 } else { 1.0 }, 0.2, replications)
        };
        let mut search = Search::new(Grid::new(vec![40], &[true], None), None, 64);
        let replications = drive(&mut search, look);
        let answer = search.answer();
        found += u32::from(answer.winner == Some(5));
        assert!(answer.winner.is_some_and(|winner| (5..8).contains(&winner)), "{answer:?}");
        assert!(replications < 40 * 64 / 4, "{replications}");
        assert_eq!(search.out(0), Some(Out::Breaks));
        assert!(matches!(search.out(39), Some(Out::Dearer(_))));
    }
    assert!(found >= 90, "{found}");
}

#[test]
fn the_front_has_those_that_nobody_beats_in_both() {
    // A policy that costs nothing more and keeps the limit better is on the front instead of the other.
    let costs = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
    let slack = [-2.0, -1.0, 0.5, 3.0, 2.0, 4.0];
    let mut search = Search::new(Grid::new(vec![3, 2], &[true, false], None), None, 8);
    drive(&mut search, |number, replications| seen(costs[number], slack[number], 0.01, replications));
    assert_eq!(search.answer().front, [1, 3, 5]);
    assert_eq!(search.answer().winner, Some(3));
}
