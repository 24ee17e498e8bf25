//! Networks, many servers, caches, failures and scalability.

use super::References;
use crate::theory::cache::{TimeToLive, fifo_exact, fifo_ttl, lru_che, lru_exact, most_popular, zipf};
use crate::theory::network::{ClosedStation, JacksonStation, finite_source, jackson, mean_value_analysis};
use crate::theory::parallel::{
    any_of, fork_join, fork_join_bounds, fork_join_pair, power_of_choices_response, redundancy_response,
    slowest_exponential_mean, slowest_exponential_quantile,
};
use crate::theory::reliability::{
    budgeted_amplification, detection_delay, k_of_n, metastable_threshold, nested_attempts, outage_backlog,
    refetch_rate, repaired_k_of_n, retry_amplification, retry_success, stale_answers,
};
use crate::theory::scalability::Usl;
use crate::theory::stampede::{MissPolicy, stampede};
use crate::theory::transient::{SinusoidalLoad, infinite_servers_mean, mmc_transient};

#[test]
fn networks() {
    let references = References::read();
    let station = |external_rate, mean: f64, servers| JacksonStation {
        external_rate,
        service_rate: 1.0 / mean,
        servers,
    };
    let networks = [
        ("B01-tandem", vec![station(0.8, 1.0, 1), station(0.0, 0.8, 1)], vec![vec![0.0, 1.0], vec![0.0; 2]]),
        (
            "B03-jackson-feedback",
            vec![station(1.0, 0.25, 1), station(0.5, 1.0 / 3.0, 1), station(0.0, 0.2, 1)],
            vec![vec![0.0, 0.5, 0.3], vec![0.0, 0.0, 0.8], vec![0.4, 0.0, 0.0]],
        ),
        (
            "B05-cafe-steady",
            vec![station(0.3, 1.0, 1), station(0.2, 2.5, 2), station(0.0, 2.0, 2)],
            vec![vec![0.0, 0.3, 0.7], vec![0.0, 0.0, 1.0], vec![0.0; 3]],
        ),
    ];
    for (case, stations, routing) in networks {
        let network = jackson(&stations, &routing).unwrap();
        references.check(case, &[("T (mean end-to-end)", network.mean_response)]);
        for (index, queue) in (1..).zip(&network.stations) {
            references.check(
                case,
                &[
                    (&format!("L{index}"), queue.mean_in_system),
                    (&format!("U{index}"), queue.utilization),
                    (&format!("visit rate {index}"), queue.arrival_rate),
                    (&format!("R{index} per visit"), queue.mean_response),
                ],
            );
        }
    }
    let demands = [0.3, 0.2, 0.1].map(|demand| ClosedStation::Queue { demand });
    let closed = mean_value_analysis(20, 5.0, &demands).unwrap();
    references.check("B06-interactive", &[("X", closed.throughput), ("R", closed.mean_response)]);
    for index in 0..3 {
        references.check(
            "B06-interactive",
            &[
                (&format!("Q{}", index + 1), closed.station_in_system[index]),
                (&format!("U{}", index + 1), closed.station_utilization[index]),
            ],
        );
    }
    let source = finite_source(10, 20.0, 1.5, 1).unwrap();
    references.check(
        "B09-repair-c1",
        &[
            ("X", source.throughput),
            ("R", source.mean_response),
            ("Q1", source.mean_in_system),
            ("U1", source.utilization),
        ],
    );
}

#[test]
fn many_servers_at_once() {
    let references = References::read();
    references.check("D19-forkjoin2", &[("T", fork_join_pair(0.6, 1.0).unwrap())]);
    let (low, high) = fork_join_bounds(10, 0.5, 1.0).unwrap();
    references.check(
        "D21-forkjoin10",
        &[
            ("T (Nelson-Tantawi approximation)", fork_join(10, 0.5, 1.0).unwrap()),
            ("T lower bound (one queue)", low),
            ("T upper bound (independent queues) H_K/(mu-lam)", high),
        ],
    );
    for count in [1, 10, 100] {
        let name = format!("T mean n={count}");
        references.check("D23-fanout-order-stat", &[(&name, slowest_exponential_mean(count, 10.0))]);
    }
    let quantile = |p| slowest_exponential_quantile(100, 10.0, p).unwrap();
    references
        .check("D23-fanout-order-stat", &[("T p50 n=100", quantile(0.5)), ("T p99 n=100", quantile(0.99))]);
    references.check(
        "D24-tail-at-scale",
        &[
            ("P(slow) p=0.01 n=1", any_of(1, 0.01)),
            ("P(slow) p=0.01 n=100", any_of(100, 0.01)),
            ("P(slow) p=0.0001 n=2000", any_of(2000, 0.0001)),
        ],
    );
    for (case, choices, load) in [
        ("D06-pod-d2-lam0.5", 2, 0.5),
        ("D06-pod-d2-lam0.8", 2, 0.8),
        ("D06-pod-d2-lam0.9", 2, 0.9),
        ("D06-pod-d2-lam0.99", 2, 0.99),
        ("D06-pod-d3-lam0.7", 3, 0.7),
        ("D06-pod-d3-lam0.8", 3, 0.8),
        ("D06-pod-d3-lam0.95", 3, 0.95),
        ("D06-pod-d5-lam0.5", 5, 0.5),
        ("D06-pod-d5-lam0.7", 5, 0.7),
        ("D06-pod-d5-lam0.9", 5, 0.9),
        ("D06-pod-d5-lam0.99", 5, 0.99),
    ] {
        let response = power_of_choices_response(choices, load, 1.0).unwrap();
        references.check(case, &[("T mean-field (n->inf)", response)]);
    }
    references.check("D29-redundancy2of4", &[("T", redundancy_response(4, 2, 2.8, 1.0).unwrap())]);
}

#[test]
fn caches() {
    let references = References::read();
    let small = zipf(8, 0.8);
    references.check(
        "F01-cache-exact-8-3",
        &[
            ("LRU hit ratio", lru_exact(&small, 3).unwrap()),
            ("FIFO hit ratio", fifo_exact(&small, 3).unwrap()),
            ("RANDOM hit ratio", fifo_exact(&small, 3).unwrap()),
            ("LFU (perfect, static top-C) hit ratio", most_popular(&small, 3)),
            ("LRU hit ratio by Che approximation", lru_che(&small, 3).unwrap().hit_ratio),
        ],
    );
    for (case, exponent, capacity) in [("F03-che-1e4-1e3", 0.8, 1_000), ("F05-che-1e4-100", 1.0, 100)] {
        let popularity = zipf(10_000, exponent);
        let lru = lru_che(&popularity, capacity).unwrap();
        references.check(
            case,
            &[
                ("LRU hit ratio (Che)", lru.hit_ratio),
                (
                    "FIFO/RANDOM hit ratio (TTL approximation)",
                    fifo_ttl(&popularity, capacity).unwrap().hit_ratio,
                ),
                ("per-object LRU hit, rank 1", lru.object_hit_ratio[0]),
                ("per-object LRU hit, rank 100", lru.object_hit_ratio[99]),
                ("characteristic time (requests)", lru.characteristic_time),
                ("LFU bound", most_popular(&popularity, capacity)),
            ],
        );
    }
    let (fixed, sliding) = (TimeToLive::Fixed, TimeToLive::Sliding);
    references.check(
        "F07-ttl",
        &[
            ("hit ratio, TTL from insertion (no reset)", fixed.hit_ratio(0.5, 10.0)),
            ("origin rate, no reset", fixed.catalogue(&[0.5], 10.0).origin_rate),
            ("hit ratio, TTL reset on every access (sliding)", sliding.hit_ratio(0.5, 10.0)),
            ("origin rate, sliding", sliding.catalogue(&[0.5], 10.0).origin_rate),
        ],
    );
    let rates: Vec<f64> = zipf(1_000, 0.9).iter().map(|p| 100.0 * p).collect();
    let (kept, renewed) = (fixed.catalogue(&rates, 30.0), sliding.catalogue(&rates, 30.0));
    references.check(
        "F09-ttl-zipf",
        &[
            ("hit ratio (no reset)", kept.hit_ratio),
            ("origin rate", kept.origin_rate),
            ("mean number of live entries", kept.live_entries),
            ("hit ratio (sliding)", renewed.hit_ratio),
            ("live entries (sliding)", renewed.live_entries),
        ],
    );
    let herd = |policy| stampede(50.0, 10.0, 0.2, policy).unwrap();
    let (alone, joined) = (herd(MissPolicy::Independent), herd(MissPolicy::Coalesced));
    references.check(
        "F11-stampede",
        &[
            ("mode0 hit ratio", alone.hit_ratio),
            ("mode0 origin fetches per request", alone.origin_rate / 50.0),
            ("mode0 origin rate", alone.origin_rate),
            ("mode0 origin fetches per expiry", alone.fetches_per_expiry),
            ("mode0 mean latency", alone.mean_latency),
            ("mode1 origin rate", joined.origin_rate),
            ("mode1 coalesced fraction", joined.coalesced_ratio),
            ("mode1 mean latency", joined.mean_latency),
            ("mode2 origin rate", herd(MissPolicy::IndependentOverwriting).origin_rate),
        ],
    );
}

#[test]
fn failures_and_retries() {
    let references = References::read();
    let lone = repaired_k_of_n(1, 1, 100.0, 5.0, 1).unwrap();
    let pair = repaired_k_of_n(2, 3, 100.0, 5.0, 3).unwrap();
    references.check(
        "B11-2of3",
        &[
            ("availability (>=k up)", pair.availability),
            ("unavailability", pair.unavailability),
            ("availability of a lone instance with its own crew", lone.availability),
            ("mean number up", pair.mean_up),
            ("system outage frequency (per time unit)", pair.outage_rate),
            ("mean outage duration", pair.mean_outage),
            ("mean time between outage starts", pair.mean_between_outages),
        ],
    );
    for (case, failure) in [("G01-retry-p30-k3", 0.3), ("G02-retry-p50-k3", 0.5)] {
        references.check(
            case,
            &[
                ("attempts per request (load factor)", retry_amplification(failure, 3)),
                ("success", retry_success(failure, 3)),
                ("worst case p=1 amplification", retry_amplification(1.0, 3)),
            ],
        );
    }
    references.check(
        "G05-layers",
        &[
            ("attempts on the database per user action", nested_attempts(4, 3)),
            ("5 layers, 3 attempts each", nested_attempts(3, 5)),
        ],
    );
    references.check(
        "G07-retry-budget",
        &[
            ("attempts per request without budget", retry_amplification(1.0, 2)),
            ("attempts per request with 10% budget", budgeted_amplification(1.0, 2, 0.1)),
        ],
    );
    // 120/s recovers below this threshold, 160/s does not: the case's two sides.
    let threshold = metastable_threshold(300.0, 1);
    assert!((120.0..160.0).contains(&threshold));
    let backlog = outage_backlog(100.0, 120.0, 30.0);
    references.check(
        "G22-backlog-drain",
        &[("peak queue (requests)", backlog.peak), ("time to drain after recovery (s)", backlog.drain)],
    );
    for elapsed in [0, 15, 30, 54] {
        let name = format!("fraction of queries answered stale at t={elapsed}");
        references.check("L01-dns-ttl", &[(&name, stale_answers(1.0, 60.0, f64::from(elapsed)))]);
    }
    assert_eq!(stale_answers(1.0, 60.0, 61.0), 0.0);
    references.check("L01-dns-ttl", &[("authoritative query rate per resolver", refetch_rate(1.0, 60.0))]);
    let (shortest, mean, longest) = detection_delay(10.0, 2.0, 3);
    references.check(
        "L03-healthcheck",
        &[("mean detection delay (s)", mean), ("min (s)", shortest), ("max (s)", longest)],
    );
    references.check(
        "L05-series-parallel",
        &[
            ("5 services in series at 99.9%", k_of_n(5, 5, 0.999)),
            ("2 replicas at 99% in parallel", k_of_n(1, 2, 0.99)),
            ("3-of-5 quorum at 99%", k_of_n(3, 5, 0.99)),
        ],
    );
}

#[test]
fn before_the_steady_state() {
    let references = References::read();
    for time in [1, 2, 4, 10] {
        let name = format!("E[N({time})]");
        references.check("A50-mminf-transient", &[(&name, infinite_servers_mean(5.0, 2.0, f64::from(time)))]);
    }
    let daily = SinusoidalLoad { mean_rate: 20.0, amplitude: 10.0, frequency: 0.5, mean_service: 1.0 };
    references.check(
        "A52-mtinf-sin",
        &[("peak lag after rate peak (time units)", daily.lag()), ("amplitude of E[N]", daily.swing())],
    );
    // These instants are whole and quarter turns, written with six decimals only.
    for time in [128.805299, 131.946891, 135.088484] {
        let name = format!("E[N(t)] at t={time}");
        references.check_within(1e-6, "A52-mtinf-sin", &[(&name, daily.mean_in_system(time))]);
    }
    for time in [1, 5, 20, 100] {
        let instant = mmc_transient(0.8, 1.0, 1, 0, f64::from(time)).unwrap();
        references.check(
            "A54-mm1-transient",
            &[
                (&format!("E[N({time})]"), instant.mean_in_system),
                (&format!("P(N({time})=0)"), instant.empty_probability),
            ],
        );
    }
}

#[test]
fn the_universal_scalability_law() {
    let references = References::read();
    let case = "I01-usl-specsdm91";
    let points = [
        (1.0, 64.9),
        (18.0, 995.9),
        (36.0, 1652.4),
        (72.0, 1853.2),
        (108.0, 1828.9),
        (144.0, 1775.0),
        (216.0, 1702.2),
    ];
    let law = Usl::fit(&points).unwrap();
    references.check_within(
        1e-6,
        case,
        &[
            ("alpha", law.contention),
            ("beta", law.coherency),
            ("gamma", law.single),
            ("peak load N*", law.peak_workers()),
            ("limit gamma/alpha", law.limit()),
            ("optimal 1/alpha", law.optimal_workers()),
        ],
    );
    for (workers, _) in points {
        references.check_within(1e-6, case, &[(&format!("X({workers}) model"), law.throughput(workers))]);
    }
    // The case prints its data with four decimals; here they are exact, so the coefficients come back exactly.
    let law = Usl::fit(&[1.0, 2.0, 4.0, 6.0, 8.0, 10.0].map(|n| {
        let exact = Usl { contention: 0.02, coherency: 0.02, single: 1.0 };
        (n, exact.throughput(n))
    }))
    .unwrap();
    references.check(
        "I03-usl-exact",
        &[("alpha", law.contention), ("beta", law.coherency), ("peak N", law.peak_workers())],
    );
}
