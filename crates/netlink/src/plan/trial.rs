use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Idle;

/// What is found of each action, by its place: nothing where it is to be sent.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    idle: BTreeMap<usize, Idle>,
    lenient: BTreeSet<usize>,
}

impl Verdicts {
    /// Why there is nothing to do, if there is not.
    pub(super) fn idle(&self, at: usize) -> Option<Idle> {
        self.idle.get(&at).copied()
    }

    /// Whether it is sent although it may have nothing to do by then.
    pub(super) fn is_lenient(&self, at: usize) -> bool {
        self.lenient.contains(&at) && !self.idle.contains_key(&at)
    }

    pub(super) fn put(&mut self, at: usize, idle: Idle) {
        self.idle.insert(at, idle);
    }

    /// What is there or gone now may not be so once the strings before it are done.
    pub(super) fn put_lenient(&mut self, at: usize) {
        self.lenient.insert(at);
    }
}

/// The objects of one kind as they would be after each action, and where they came from.
///
/// Actions on the same `Key` can undo each other; those on different ones cannot, unless one action is on both.
#[derive(Debug)]
pub(super) struct Trial<Key, T> {
    start: Vec<(Key, T)>,
    items: Vec<Item<Key, T>>,
    touched: BTreeSet<(usize, Key)>,
    doubted: BTreeSet<Key>,
}

#[derive(Clone, Debug)]
struct Item<Key, T> {
    key: Key,
    value: T,
    /// Where it was at the start; nothing where an action put it there.
    origin: Option<usize>,
}

impl<Key: Ord + Clone, T: Clone> Trial<Key, T> {
    pub(super) fn new(items: impl IntoIterator<Item = (Key, T)>) -> Self {
        let start: Vec<_> = items.into_iter().collect();
        let item = |(at, (key, value)): (usize, &(Key, T))| Item {
            key: key.clone(),
            value: value.clone(),
            origin: Some(at),
        };
        let items = start.iter().enumerate().map(item).collect();
        Self { start, items, touched: BTreeSet::new(), doubted: BTreeSet::new() }
    }

    /// Those of this key, in order.
    pub(super) fn all(&self, key: &Key) -> impl Iterator<Item = &T> + Clone {
        self.items.iter().filter(move |item| item.key == *key).map(|item| &item.value)
    }

    /// Whether one of this key is there for which this holds; and whether it is so only if actions before it go well.
    pub(super) fn find(&self, key: &Key, holds: impl Fn(&T) -> bool) -> Option<Found> {
        let is = |item: &&Item<Key, T>| item.key == *key && holds(&item.value);
        let found: Vec<_> = self.items.iter().filter(is).collect();
        let old = found.iter().any(|item| item.origin.is_some());
        (!found.is_empty()).then_some(if old { Found::Old } else { Found::New })
    }

    /// Whether one of this key for which this holds was there at the start.
    pub(super) fn had(&self, key: &Key, holds: impl Fn(&T) -> bool) -> bool {
        self.start.iter().any(|(it, value)| it == key && holds(value))
    }

    /// The action adds this, after all others.
    pub(super) fn add(&mut self, at: usize, key: Key, value: T) {
        self.insert(at, key, value, |_| false);
    }

    /// The action adds this, before the first of which this holds, else after all others.
    pub(super) fn insert(&mut self, at: usize, key: Key, value: T, before: impl Fn(&T) -> bool) {
        self.touch(at, &key);
        let place = self.items.iter().position(|item| item.key == key && before(&item.value));
        self.items.insert(place.unwrap_or(self.items.len()), Item { key, value, origin: None });
    }

    /// The action puts this where the first is of which this holds. Tells whether there is one; if not, nothing is changed.
    pub(super) fn replace(&mut self, at: usize, key: &Key, value: T, holds: impl Fn(&T) -> bool) -> bool {
        let is = |item: &&mut Item<Key, T>| item.key == *key && holds(&item.value);
        let Some(item) = self.items.iter_mut().find(is) else { return false };
        *item = Item { key: key.clone(), value, origin: None };
        self.touch(at, key);
        true
    }

    /// The action takes the first away of which this holds. Tells whether there is one; if not, nothing is changed.
    pub(super) fn take(&mut self, at: usize, key: &Key, holds: impl Fn(&T) -> bool) -> bool {
        let found = self.items.iter().position(|item| item.key == *key && holds(&item.value));
        if let Some(found) = found {
            self.items.remove(found);
            self.touch(at, key);
        }
        found.is_some()
    }

    /// The action takes all away of which this holds. Tells how many.
    ///
    /// Unless new ones are `known`, it is doubted whether they are meant: the kernel has yet to fill them in.
    pub(super) fn take_all(&mut self, at: usize, known: bool, holds: impl Fn(&T) -> bool) -> usize {
        let (taken, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.items).into_iter().partition(|item| holds(&item.value));
        self.items = left;
        let new = self.items.iter().filter(|item| item.origin.is_none() && !known);
        let unsure: Vec<Key> = new.map(|item| item.key.clone()).collect();
        for key in taken.iter().map(|item| &item.key) {
            self.touch(at, key);
        }
        for key in &unsure {
            self.doubt(at, key);
        }
        taken.len() + unsure.len()
    }

    /// What the action does to this key is not known, or that it is refused.
    pub(super) fn doubt(&mut self, at: usize, key: &Key) {
        self.touch(at, key);
        self.doubted.insert(key.clone());
    }

    /// The action goes with those on this key: it is not needed where they are not.
    pub(super) fn touch(&mut self, at: usize, key: &Key) {
        self.touched.insert((at, key.clone()));
    }

    /// The actions that need not be sent, since those on their keys come to what was there at the start.
    ///
    /// `same` tells whether something new is as good as something that was there. Of what has the same `rank`, the order counts;
    /// nowhere where it is `None`.
    pub(super) fn undone<Rank: Ord>(
        &self,
        rank: impl Fn(&T) -> Option<Rank>,
        same: impl Fn(&T, &T) -> bool,
    ) -> Vec<usize> {
        let keys: BTreeSet<&Key> = self.touched.iter().map(|(_, key)| key).collect();
        let mut changed: BTreeSet<&Key> = keys
            .into_iter()
            .filter(|key| self.doubted.contains(*key) || !self.is_back(key, &rank, &same))
            .collect();
        // An action that is sent does all that it does.
        loop {
            let sent: BTreeSet<usize> =
                self.touched.iter().filter(|(_, key)| changed.contains(key)).map(|(at, _)| *at).collect();
            let of_sent = self.touched.iter().filter(|(at, _)| sent.contains(at)).map(|(_, key)| key);
            let all: BTreeSet<&Key> = of_sent.chain(changed.iter().copied()).collect();
            if all == changed {
                let at = |(at, _): &(usize, Key)| (!sent.contains(at)).then_some(*at);
                let mut undone: Vec<usize> = self.touched.iter().filter_map(at).collect();
                undone.dedup();
                return undone;
            }
            changed = all;
        }
    }

    fn is_back<Rank: Ord>(
        &self,
        key: &Key,
        rank: impl Fn(&T) -> Option<Rank>,
        same: impl Fn(&T, &T) -> bool,
    ) -> bool {
        let mut before: Vec<(usize, &T)> = self
            .start
            .iter()
            .enumerate()
            .filter(|(_, (it, _))| it == key)
            .map(|(at, (_, value))| (at, value))
            .collect();
        let mut after: Vec<&Item<Key, T>> = self.items.iter().filter(|item| item.key == *key).collect();
        before.sort_by_key(|(_, value)| rank(value));
        after.sort_by_key(|item| rank(&item.value));
        let is = |item: &Item<Key, T>, (at, was): &(usize, &T)| match item.origin {
            Some(origin) if origin == *at => true,
            _ => same(&item.value, was),
        };
        before.len() == after.len()
            && after.iter().all(|item| {
                // In order the first that is left is the one.
                let ordered = rank(&item.value).is_some();
                let found = before.iter().position(|was| is(item, was));
                found.filter(|at| !ordered || *at == 0).map(|at| before.remove(at)).is_some()
            })
    }
}

/// Where something is that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It was there at the start.
    Old,
    /// An action put it there.
    New,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters by their case, which is the key; a new one is as good as the same letter.
    fn trial(text: &str) -> Trial<bool, char> {
        Trial::new(text.chars().map(|it| (it.is_uppercase(), it)))
    }

    #[track_caller]
    fn check(trial: &Trial<bool, char>, ordered: bool, undone: &[usize]) {
        assert_eq!(trial.undone(|_| ordered.then_some(()), |one, other| one == other), undone);
    }

    #[test]
    fn what_goes_and_comes_back_is_undone() {
        let mut it = trial("abX");
        assert!(it.take(0, &false, |it| *it == 'b'));
        it.add(1, false, 'b');
        it.add(2, true, 'Y');
        check(&it, true, &[0, 1]);
    }

    #[test]
    fn the_order_counts_where_it_does() {
        let mut it = trial("ab");
        it.take(0, &false, |it| *it == 'a');
        it.add(1, false, 'a');
        check(&it, true, &[]);
        check(&it, false, &[0, 1]);
        let mut it = trial("ab");
        it.take(0, &false, |it| *it == 'a');
        it.insert(1, false, 'a', |it| *it == 'b');
        check(&it, true, &[0, 1]);
    }

    #[test]
    fn what_is_doubted_is_sent() {
        let mut it = trial("ab");
        it.take(0, &false, |it| *it == 'b');
        it.add(1, false, 'b');
        it.doubt(2, &false);
        check(&it, true, &[]);
    }

    #[test]
    fn an_action_on_two_keys_ties_them() {
        let mut it = trial("aA");
        assert_eq!(it.take_all(0, true, |_| true), 2);
        it.add(1, false, 'a');
        it.add(2, true, 'B');
        check(&it, true, &[]);
        let mut it = trial("aA");
        it.take_all(0, true, |_| true);
        it.add(1, false, 'a');
        it.add(2, true, 'A');
        check(&it, true, &[0, 1, 2]);
    }

    #[test]
    fn what_is_new_is_doubted_where_all_go_that_match() {
        let mut it = trial("a");
        it.add(0, false, 'b');
        assert_eq!(it.take_all(1, true, |_| false), 0);
        it.take(2, &false, |it| *it == 'b');
        check(&it, false, &[0, 2]);
        let mut it = trial("a");
        it.add(0, false, 'b');
        assert_eq!(it.take_all(1, false, |_| false), 1);
        it.take(2, &false, |it| *it == 'b');
        check(&it, false, &[]);
    }

    #[test]
    fn what_is_put_in_its_place_stays_there() {
        let mut it = trial("ab");
        assert!(!it.replace(0, &false, 'x', |it| *it == 'c'));
        assert!(it.replace(0, &false, 'x', |it| *it == 'a'));
        assert_eq!(it.find(&false, |it| *it == 'x'), Some(Found::New));
        assert_eq!(it.find(&false, |it| *it == 'b'), Some(Found::Old));
        assert!(it.had(&false, |it| *it == 'a'));
        assert!(it.replace(1, &false, 'a', |it| *it == 'x'));
        check(&it, true, &[0, 1]);
    }
}
