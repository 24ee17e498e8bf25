//! The grid of a search: which candidate has less of everything than which.

/// A grid of candidates, the last axis fastest, and the axes along which one has more.
#[derive(Clone, PartialEq, Debug)]
pub struct Grid {
    lengths: Vec<u32>,
    orders: Vec<Order>,
}

/// What it means to be farther along an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    /// To have more, and to cost more.
    Rising,
    /// To have less, and to cost less.
    Falling,
    /// Something else.
    None,
}

impl Grid {
    /// A grid of axes of such lengths. Along an axis that is a `quantity` there is more of something where it costs more at
    /// every step; without costs there is no telling.
    pub fn new(lengths: Vec<u32>, quantities: &[bool], costs: Option<&[f64]>) -> Grid {
        let mut grid = Grid { orders: vec![Order::None; lengths.len()], lengths };
        if let Some(costs) = costs {
            grid.orders = (0..grid.lengths.len())
                .map(|axis| if quantities[axis] { grid.order(axis, costs) } else { Order::None })
                .collect();
        }
        grid
    }

    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.lengths.iter().map(|length| *length as usize).product()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The axes along which one has more or less of something.
    pub fn ordered(&self) -> impl Iterator<Item = usize> {
        (0..self.orders.len()).filter(|axis| self.orders[*axis] != Order::None)
    }

    /// The candidate that has one step less along an axis.
    pub(super) fn less(&self, number: usize, axis: usize) -> Option<usize> {
        match self.orders[axis] {
            Order::Rising => self.step(number, axis, false),
            Order::Falling => self.step(number, axis, true),
            Order::None => None,
        }
    }

    /// Whether `one` has no more of anything than `other`, and is the same in all that has no more or less.
    pub(super) fn is_at_most(&self, one: usize, other: usize) -> bool {
        (0..self.lengths.len()).all(|axis| {
            let (one, other) = (self.place(one, axis), self.place(other, axis));
            match self.orders[axis] {
                Order::Rising => one <= other,
                Order::Falling => one >= other,
                Order::None => one == other,
            }
        })
    }

    fn order(&self, axis: usize, costs: &[f64]) -> Order {
        let mut steps = (0..self.len())
            .filter_map(|number| Some(costs[self.step(number, axis, true)?].total_cmp(&costs[number])));
        match steps.next() {
            Some(first) if first.is_ne() && steps.all(|step| step == first) => {
                if first.is_gt() {
                    Order::Rising
                } else {
                    Order::Falling
                }
            }
            _ => Order::None,
        }
    }

    fn stride(&self, axis: usize) -> usize {
        self.lengths[axis + 1..].iter().map(|length| *length as usize).product()
    }

    fn place(&self, number: usize, axis: usize) -> usize {
        number / self.stride(axis) % self.lengths[axis] as usize
    }

    fn step(&self, number: usize, axis: usize, is_forward: bool) -> Option<usize> {
        let (place, stride) = (self.place(number, axis), self.stride(axis));
        if is_forward {
            (place + 1 < self.lengths[axis] as usize).then(|| number + stride)
        } else {
            (place > 0).then(|| number - stride)
        }
    }
}
