//! Words beside points: on the side where they are in nobody's way, or not at all.

use plotters_backend::text_anchor::{HPos, Pos, VPos};

use super::page::{Area, Drawn, UNITS, measured, px, words};
use super::palette::INK;

/// Of the letters, and their distance from the point, in pixels.
const EM: f64 = 11.0;
const APART: i32 = 8;

/// A box in units: left, top, right, bottom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Room([i32; 4]);

impl Room {
    fn overlaps(self, other: Room) -> bool {
        let ([left, top, right, bottom], [other_left, other_top, other_right, other_bottom]) =
            (self.0, other.0);
        left < other_right && other_left < right && top < other_bottom && other_top < bottom
    }

    fn is_in(self, other: Room) -> bool {
        let ([left, top, right, bottom], around) = (self.0, other.0);
        left >= around[0] && top >= around[1] && right <= around[2] && bottom <= around[3]
    }

    fn around((x, y): (i32, i32)) -> Room {
        Room([x - px(4), y - px(4), x + px(4), y + px(4)])
    }
}

/// Where words of this width may stand beside a point.
fn places((x, y): (i32, i32), width: i32) -> impl Iterator<Item = Room> {
    let (high, apart) = (px(15), px(APART));
    let beside = move |left: i32, top: i32| Room([left, top, left + width, top + high]);
    // Not much farther off, or nobody knows whose words they are.
    let farther = (1..=4).flat_map(move |step| {
        let (above, below) = (y - high / 2 - step * high, y - high / 2 + step * high);
        [
            (x + apart / 2, above),
            (x + apart / 2, below),
            (x - width - apart / 2, above),
            (x - width / 2, above),
        ]
    });
    [
        beside(x + apart, y - high / 2),
        beside(x + apart, y - high - px(2)),
        beside(x - apart - width, y - high / 2),
        beside(x + apart, y + px(2)),
        beside(x - width / 2, y - high - px(6)),
        beside(x - width / 2, y + px(6)),
    ]
    .into_iter()
    .chain(farther.map(move |(left, top)| beside(left, top)))
}

/// Chooses a place for each text where it covers nothing and no text before it; none if there is none.
fn choose(points: &[((i32, i32), i32)], in_the_way: &[(i32, i32)], inside: Room) -> Vec<Option<Room>> {
    let mut taken: Vec<Room> = in_the_way.iter().map(|place| Room::around(*place)).collect();
    let mut chosen = Vec::with_capacity(points.len());
    for (point, width) in points {
        let is_free = |room: &Room| room.is_in(inside) && !taken.iter().any(|other| room.overlaps(*other));
        let room = places(*point, *width).find(is_free);
        taken.extend(room);
        chosen.push(room);
    }
    chosen
}

/// Draws texts beside points, both in units of the page, and not over what is `in_the_way`: all between
/// these corners.
pub fn notes(
    area: &Area,
    texts: &[((i32, i32), &str)],
    in_the_way: &[(i32, i32)],
    corners: [(i32, i32); 2],
) -> Drawn {
    let style = words(EM, INK).pos(Pos::new(HPos::Left, VPos::Center));
    // Points are of the page, and this is a part of it.
    let (corner_x, corner_y) = area.get_base_pixel();
    let mut points = Vec::with_capacity(texts.len());
    for ((x, y), text) in texts {
        let width = (measured(text, &style)? * f64::from(UNITS)).ceil() as i32;
        points.push(((x - corner_x, y - corner_y), width));
    }
    let [(left, top), (right, bottom)] = corners;
    let inside = Room([left - corner_x, top - corner_y, right - corner_x, bottom - corner_y]);
    let in_the_way: Vec<_> = in_the_way.iter().map(|(x, y)| (x - corner_x, y - corner_y)).collect();
    for (room, (_, text)) in choose(&points, &in_the_way, inside).into_iter().zip(texts) {
        if let Some(Room([left, top, _, bottom])) = room {
            area.draw_text(text, &style, (left, (top + bottom) / 2))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSIDE: Room = Room([px(-20), px(-20), px(250), px(120)]);

    #[test]
    fn words_are_in_nobodys_way() {
        let points: Vec<((i32, i32), i32)> =
            (0..40).map(|number| ((px(30 * (number % 7)), px(12 * (number / 7))), px(60))).collect();
        let places: Vec<(i32, i32)> = points.iter().map(|(place, _)| *place).collect();
        let rooms: Vec<Room> = choose(&points, &places, INSIDE).into_iter().flatten().collect();
        assert!(rooms.len() > 3 && rooms.len() < 40, "{rooms:?}");
        for (number, room) in rooms.iter().enumerate() {
            assert!(room.is_in(INSIDE), "{room:?}");
            assert!(!rooms[number + 1..].iter().any(|other| room.overlaps(*other)), "{rooms:?}");
            assert!(!points.iter().any(|(point, _)| room.overlaps(Room::around(*point))), "{rooms:?}");
        }
        // Alone, words stand right of their point; at the right end, left of it.
        assert_eq!(choose(&[((0, 0), px(60))], &[(0, 0)], INSIDE)[0].map(|room| room.0[0]), Some(px(APART)));
        assert_eq!(
            choose(&[((px(240), 0), px(60))], &[], INSIDE)[0].map(|room| room.0[2]),
            Some(px(240 - APART))
        );
    }
}
