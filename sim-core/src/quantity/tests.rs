use super::*;

/// Every row reads as the value, and the value prints as the last column.
fn reads<T: FromStr<Err = QuantityError> + PartialEq + fmt::Debug + fmt::Display>(rows: &[(&str, T, &str)]) {
    for (text, value, printed) in rows {
        let read: T = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(&read, value, "{text}");
        assert_eq!(&value.to_string(), printed, "{text}");
        assert_eq!(printed.parse::<T>().as_ref(), Ok(value), "{printed}");
    }
}

/// Every row is refused, with a message that contains the second column.
fn refuses<T: FromStr<Err = QuantityError> + fmt::Debug>(rows: &[(&str, &str)]) {
    for (text, part) in rows {
        let message = text.parse::<T>().expect_err(text).message;
        assert!(message.contains(part), "{text}: {message}");
        assert!(!message.ends_with('.') && !message.starts_with(char::is_uppercase), "{message}");
    }
}

#[test]
fn times() {
    const S: u64 = NANOSECONDS_PER_SECOND;
    reads(&[
        ("0s", Duration(0), "0s"),
        ("250ns", Duration(250), "250ns"),
        ("5us", Duration(5_000), "5us"),
        ("5µs", Duration(5_000), "5us"),
        ("5μs", Duration(5_000), "5us"),
        ("5ms", Duration(5_000_000), "5ms"),
        ("5 ms", Duration(5_000_000), "5ms"),
        (" 5ms ", Duration(5_000_000), "5ms"),
        ("100ms", Duration(100_000_000), "100ms"),
        ("0.1s", Duration(100_000_000), "100ms"),
        ("2s", Duration(2 * S), "2s"),
        ("1500ms", Duration(1_500_000_000), "1.5s"),
        ("60s", Duration(60 * S), "1min"),
        ("1.5min", Duration(90 * S), "90s"),
        ("3h", Duration(3 * 3600 * S), "3h"),
        ("2d", Duration(48 * 3600 * S), "2d"),
        ("1h30min", Duration(90 * 60 * S), "90min"),
        ("1h 30min 5s", Duration(5405 * S), "5405s"),
        ("1_000ns", Duration(1_000), "1us"),
        ("0.4ns", Duration(0), "0s"),
        ("0.5ns", Duration(1), "1ns"),
        // 2⁵³ + 1: a float could not hold it.
        ("9007199254740993ns", Duration(9_007_199_254_740_993), "9007199254740993ns"),
        ("9007199.254740993s", Duration(9_007_199_254_740_993), "9007199254740993ns"),
    ]);
    refuses::<Duration>(&[
        ("5", "a time needs a unit, such as \"5ms\""),
        ("", "is not a time"),
        ("ms", "is not a time"),
        ("-5ms", "cannot be negative"),
        ("+5ms", "is not a time"),
        ("5m", "minutes are `min`"),
        ("5sec", "unknown unit `sec`"),
        ("5MS", "unknown unit `MS`"),
        ("5ms-3us", "cannot be negative"),
        ("30min1h", "from large to small"),
        ("5ms5ms", "from large to small"),
        ("1h30", "needs a unit"),
        ("NaN", "is not a time"),
        ("inf", "is not a time"),
        ("NaNs", "is not a time"),
        (".5s", "is not a time"),
        ("5.s", "is not a time"),
        ("1.2.3s", "is not a time"),
        ("1e3s", "unknown unit `e`"),
        ("5ms,", "unknown unit `ms,`"),
        ("60000d", "too large"),
        ("99999999999999999999999999999s", "more digits"),
        ("0.00000000000000000000000000001s", "more digits"),
    ]);
}

#[test]
fn rates() {
    reads(&[
        ("800/s", Rate(800.0), "800/s"),
        ("1_000/s", Rate(1000.0), "1000/s"),
        ("2k/s", Rate(2000.0), "2000/s"),
        ("1.5M/s", Rate(1.5e6), "1500000/s"),
        ("20/min", Rate(20.0 / 60.0), "20/min"),
        ("0.5/h", Rate(0.5 / 3600.0), "12/d"),
        ("1/d", Rate(1.0 / 86400.0), "1/d"),
        ("12.25 / s", Rate(12.25), "12.25/s"),
        ("0/s", Rate(0.0), "0/s"),
    ]);
    refuses::<Rate>(&[
        ("800", "a rate needs a unit, such as \"800/s\""),
        ("800s", "unknown unit `s`"),
        ("800/m", "unknown unit `/m`"),
        ("800G/s", "unknown unit `G/s`"),
        ("-1/s", "cannot be negative"),
        ("1/s2/s", "more than one"),
        ("/s", "is not a rate"),
        ("inf/s", "is not a rate"),
    ]);
}

#[test]
fn ratios_and_numbers() {
    reads(&[
        ("70%", Ratio(0.7), "70%"),
        ("0.7", Ratio(0.7), "70%"),
        ("7 %", Ratio(0.07), "7%"),
        ("0.1%", Ratio(0.001), "0.1%"),
        ("0%", Ratio(0.0), "0%"),
        ("150%", Ratio(1.5), "1.5"),
        ("1e-3", Ratio(0.001), "0.1%"),
        ("29%", Ratio(0.29), "29%"),
    ]);
    refuses::<Ratio>(&[
        ("-1%", "cannot be negative"),
        ("-0.5", "cannot be negative"),
        ("inf", "must be finite"),
        ("NaN%", "must be finite"),
        ("1e400", "must be finite"),
        ("much", "is not a number"),
        ("5ms", "is not a number"),
    ]);
    reads(&[("1_000.5", Number(1000.5), "1000.5"), ("-3", Number(-3.0), "-3"), ("-0", Number(0.0), "0")]);
    refuses::<Number>(&[
        ("inf", "finite"),
        ("nan", "finite"),
        ("1e400", "finite"),
        ("x", "is not a number"),
        ("", "is not a number"),
    ]);
}

#[test]
fn sizes_and_bandwidths() {
    reads(&[
        ("512B", Size(512), "512B"),
        ("0B", Size(0), "0B"),
        ("2KiB", Size(2048), "2KiB"),
        ("1MB", Size(1_000_000), "1MB"),
        ("1KB", Size(1000), "1kB"),
        ("1.5GiB", Size(1_610_612_736), "1.5GiB"),
        ("1500B", Size(1500), "1.5kB"),
        ("3TiB", Size(3 << 40), "3TiB"),
        ("18446744073709551615B", Size(u64::MAX), "18446744073709551615B"),
    ]);
    refuses::<Size>(&[
        ("512", "a size needs a unit, such as \"2KiB\""),
        ("1MiB/s", "unknown unit `MiB/s`"),
        ("1mb", "unknown unit `mb`"),
        ("-1B", "cannot be negative"),
        ("99999999TiB", "too large"),
        ("1KiB5B", "more than one"),
    ]);
    reads(&[
        ("2MiB/s", Bandwidth(2 << 20), "2MiB/s"),
        ("1Gbit/s", Bandwidth(125_000_000), "1Gbit/s"),
        ("100Mbit/s", Bandwidth(12_500_000), "100Mbit/s"),
        ("1MB/s", Bandwidth(1_000_000), "1MB/s"),
        ("0B/s", Bandwidth(0), "0B/s"),
        ("8bit/s", Bandwidth(1), "1B/s"),
    ]);
    refuses::<Bandwidth>(&[
        ("100", "a bandwidth needs a unit, such as \"100Mbit/s\""),
        ("100Mbit", "unknown unit `Mbit`"),
        ("1MB/min", "unknown unit `MB/min`"),
    ]);
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct All {
    time: Duration,
    patience: Option<Duration>,
    rate: Rate,
    ratio: Ratio,
    share: Ratio,
    number: Number,
    size: Size,
    bandwidth: Bandwidth,
}

fn reader() -> ron::Options {
    let extensions =
        ron::extensions::Extensions::IMPLICIT_SOME | ron::extensions::Extensions::UNWRAP_VARIANT_NEWTYPES;
    ron::Options::default().with_default_extension(extensions)
}

const TEXT: &str = r#"(time: "5ms", patience: "1s", rate: "20/min", ratio: 1, share: "70%", number: -1.5, size: "2KiB", bandwidth: "1Gbit/s")"#;

#[test]
fn they_read_and_write_as_ron_and_json() {
    let all: All = reader().from_str(TEXT).expect("the text is well formed");
    assert_eq!(all.patience, Some(Duration(NANOSECONDS_PER_SECOND)));
    assert_eq!((all.ratio, all.share, all.number), (Ratio(1.0), Ratio(0.7), Number(-1.5)));
    let ron = reader().to_string(&all).expect("it can be written");
    assert_eq!(reader().from_str::<All>(&ron).as_ref(), Ok(&all), "{ron}");
    let json = serde_json::to_string(&all).expect("it can be written");
    assert_eq!(serde_json::from_str::<All>(&json).expect("it reads back"), all, "{json}");
}

#[test]
fn bare_numbers_infinities_and_other_shapes_are_refused_by_name() {
    for (from, to, part) in [
        ("\"5ms\"", "5", "a time needs a unit, such as \"5ms\""),
        ("\"5ms\"", "5.5", "a time needs a unit, such as \"5ms\""),
        ("\"5ms\"", "-5", "a time needs a unit, such as \"5ms\""),
        ("\"1s\"", "7", "a time needs a unit, such as \"5ms\""),
        ("\"5ms\"", "true", "a time such as \"5ms\""),
        ("\"5ms\"", "[1]", "a time such as \"5ms\""),
        ("\"20/min\"", "20", "a rate needs a unit, such as \"800/s\""),
        ("\"2KiB\"", "2", "a size needs a unit, such as \"2KiB\""),
        ("\"1Gbit/s\"", "2", "a bandwidth needs a unit, such as \"100Mbit/s\""),
        ("-1.5", "inf", "a number must be finite"),
        ("-1.5", "NaN", "a number must be finite"),
        ("-1.5", "1e400", "a number must be finite"),
        ("ratio: 1", "ratio: -1", "a ratio cannot be negative"),
    ] {
        let text = TEXT.replace(from, to);
        let message = reader().from_str::<All>(&text).expect_err(&text).code.to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn schemas_carry_unit_pattern_and_example() {
    let schema = serde_json::to_value(schemars::schema_for!(All)).expect("a schema is JSON");
    for (field, unit) in
        [("time", "time"), ("rate", "rate"), ("ratio", "ratio"), ("number", "number"), ("size", "size")]
    {
        let property = &schema["properties"][field];
        assert_eq!(property["x-unit"], unit, "{property}");
        assert!(property["examples"][0].is_string() || property["examples"][0].is_number(), "{property}");
    }
    assert!(schema["properties"]["bandwidth"]["pattern"].is_string());
}
