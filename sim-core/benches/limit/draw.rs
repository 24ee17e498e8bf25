//! Random draws from one running generator: xoshiro256++ (Blackman and Vigna 2021), the exponential by the ziggurat of
//! Marsaglia and Tsang (2000), the normal by the polar method.

/// Where the tail of the ziggurat begins, and the area of each of its 256 layers.
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 0.003_949_659_822_581_557;

/// A generator with the table of its ziggurat.
pub struct Generator {
    state: [u64; 4],
    /// The widths of the layers, from the bottom.
    widths: [f64; 257],
    /// The densities at these widths.
    densities: [f64; 257],
    /// The polar method makes two at a time.
    spare: Option<f64>,
}

impl Generator {
    /// A generator whose state is filled by a counter through the finalizer of MurmurHash3.
    pub fn new(seed: u64) -> Generator {
        let scrambled = |number: u64| {
            let mut word = seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            word = (word ^ (word >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
            word = (word ^ (word >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
            word ^ (word >> 33)
        };
        let mut widths = [0.0; 257];
        (widths[0], widths[1]) = (AREA / (-TAIL).exp(), TAIL);
        for layer in 2..256 {
            let below: f64 = widths[layer - 1];
            widths[layer] = -(AREA / below + (-below).exp()).ln();
        }
        let densities = widths.map(|width: f64| (-width).exp());
        Generator { state: [1, 2, 3, 4].map(scrambled), widths, densities, spare: None }
    }

    /// 64 random bits.
    #[inline(always)]
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let bits = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        bits
    }

    /// A number in (0, 1].
    #[inline(always)]
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// An exponential draw of mean 1.
    #[inline(always)]
    pub fn exponential(&mut self) -> f64 {
        loop {
            let bits = self.bits();
            let layer = (bits & 255) as usize;
            let draw = unit(bits) * self.widths[layer];
            if draw < self.widths[layer + 1] {
                return draw;
            }
            if let Some(draw) = self.at_the_edge(layer, draw) {
                return draw;
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn at_the_edge(&mut self, layer: usize, draw: f64) -> Option<f64> {
        if layer == 0 {
            return Some(TAIL - self.unit().ln());
        }
        let (low, high) = (self.densities[layer], self.densities[layer + 1]);
        (low + (high - low) * self.unit() < (-draw).exp()).then_some(draw)
    }

    /// A normal draw of mean 0 and deviation 1.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }
}

#[inline(always)]
fn unit(bits: u64) -> f64 {
    ((bits >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
}
