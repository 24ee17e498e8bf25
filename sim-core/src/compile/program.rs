//! Writing programs: steps one after another, jumps that are filled in later, tags that other steps do not move.

use super::{Compiler, Site};
use crate::model::step::{Elsewhere, Program, Step, Stretch};
use crate::model::{Delay, NodeId};
use crate::random::{Key, hash_name};
use crate::time::Duration;

/// Programs count their steps in 16 bits. So do visits the clients they come from: each has a call and a reply, so these
/// are fewer than half as many.
pub(super) const MOST_STEPS: usize = 65_535;

impl Compiler<'_> {
    /// Where the next step will stand. Something may jump here, so what comes is not merged with what was before.
    pub(crate) fn here(&mut self) -> Program {
        self.landed = self.model.steps.len();
        self.position()
    }

    /// Too long a program is an error in the end, so it does not matter where its jumps go.
    fn position(&self) -> Program {
        u16::try_from(self.model.steps.len()).unwrap_or(u16::MAX)
    }

    /// Adds a step.
    pub(crate) fn emit(&mut self, step: Step) {
        self.model.steps.push(step);
    }

    /// The position of the step that was added last.
    pub(crate) fn last_step(&self) -> usize {
        self.model.steps.len().saturating_sub(1)
    }

    /// Adds a jump to a place that is not known yet.
    pub(crate) fn emit_jump(&mut self) -> usize {
        self.emit(Step::Jump(0));
        self.last_step()
    }

    /// Lets a jump go to the next step.
    pub(crate) fn land(&mut self, jump: usize) {
        self.model.steps[jump] = Step::Jump(self.here());
    }

    /// Adds a wait: none at all is left out, and constant ones that follow each other are one.
    pub(crate) fn wait(&mut self, span: Delay, tag: u64) {
        self.wait_somewhere(span, tag, None);
    }

    /// Adds a wait on the way to another node or back.
    pub(crate) fn wait_on_the_way(&mut self, span: Delay, tag: u64, node: NodeId) {
        self.wait_somewhere(span, tag, Some(Elsewhere { node, is_network: true }));
    }

    /// Adds a wait at another node.
    pub(crate) fn wait_there(&mut self, span: Delay, tag: u64, node: NodeId) {
        self.wait_somewhere(span, tag, Some(Elsewhere { node, is_network: false }));
    }

    fn wait_somewhere(&mut self, span: Delay, tag: u64, elsewhere: Option<Elsewhere>) {
        let can_merge = self.landed < self.model.steps.len();
        let mut after = Duration::ZERO;
        match (span, self.model.steps.last_mut()) {
            (Delay::None, _) => return,
            (Delay::Constant(span), Some(Step::Wait { span: Delay::Constant(before), .. })) if can_merge => {
                after = *before;
                *before = *before + span;
            }
            (Delay::Constant(_) | Delay::Drawn(_), _) => self.emit(Step::Wait { span, tag }),
        }
        let stretches = &mut self.model.stretches;
        let step = u16::try_from(self.model.steps.len() - 1).unwrap_or(u16::MAX);
        if elsewhere.is_some() || stretches.contains_key(&step) {
            stretches.get_or_insert_with(step, Vec::new).push(Stretch { after, elsewhere });
        }
    }

    /// Adds a transfer over the wire to a cache, or back.
    pub(crate) fn transmit(&mut self, step: Step, node: NodeId) {
        self.emit(step);
        let step = u16::try_from(self.last_step()).unwrap_or(u16::MAX);
        let elsewhere = Some(Elsewhere { node, is_network: true });
        self.model.stretches.insert(step, vec![Stretch { after: Duration::ZERO, elsewhere }]);
    }

    /// The tag of the next step of a kind at a node: its number counts steps of this kind alone, in the order of the text.
    pub(crate) fn tag(&mut self, site: &Site<'_>, kind: &str) -> u64 {
        self.next_tag(Key(hash_name(site.name)).named(kind))
    }

    /// The tag of the next call of a node that ends at these services and databases: whether it goes there directly or
    /// through a balancer makes no difference.
    pub(crate) fn call_tag(&mut self, site: &Site<'_>, landing: &[String]) -> u64 {
        self.next_tag(Key(hash_name(site.name)).named("call").named(&landing.join(" ")))
    }

    fn next_tag(&mut self, key: Key) -> u64 {
        let number = self.given.entry(key.0).or_insert(0);
        *number += 1;
        key.numbered(*number - 1).0
    }
}
