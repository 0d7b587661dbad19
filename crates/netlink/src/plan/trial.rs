use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Done;

/// What is found of each action, by its place: `None` where it is to be sent.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    done: BTreeMap<usize, Done>,
    lenient: BTreeSet<usize>,
}

impl Verdicts {
    pub(super) fn get(&self, at: usize) -> Option<Done> {
        self.done.get(&at).copied()
    }

    pub(super) fn put(&mut self, at: usize, done: Done) {
        self.done.insert(at, done);
    }

    /// It would have nothing to do now, but is sent since the strings before it may change that.
    pub(super) fn put_lenient(&mut self, at: usize, done: Done) {
        self.put(at, done);
        self.lenient.insert(at);
    }

    pub(super) fn is_lenient(&self, at: usize) -> bool {
        self.lenient.contains(&at)
    }
}

/// The objects of one kind as they would be after each action, and where they came from.
///
/// Actions on the same `Key` can undo each other; those on different ones cannot.
#[derive(Debug)]
pub(super) struct Trial<Key, T> {
    items: Vec<Item<Key, T>>,
    lost: Vec<(Key, T)>,
    touched: BTreeMap<Key, Touched>,
}

#[derive(Debug)]
struct Item<Key, T> {
    key: Key,
    value: T,
    /// Whether an action put it there.
    new: bool,
}

/// The actions on a key that would be sent.
#[derive(Debug, Default)]
struct Touched {
    actions: Vec<usize>,
    /// Whether one of them does something that a trial cannot tell.
    uncertain: bool,
}

impl<Key: Ord + Clone, T: Clone> Trial<Key, T> {
    pub(super) fn new(items: impl IntoIterator<Item = (Key, T)>) -> Self {
        let items = items.into_iter().map(|(key, value)| Item { key, value, new: false }).collect();
        Self { items, lost: Vec::new(), touched: BTreeMap::new() }
    }

    /// Whether one of this key is there for which this holds.
    pub(super) fn has(&self, key: &Key, holds: impl Fn(&T) -> bool) -> bool {
        self.items.iter().any(|item| item.key == *key && holds(&item.value))
    }

    /// The action is sent and adds this.
    pub(super) fn add(&mut self, at: usize, key: Key, value: T) {
        self.touch(at, &key);
        self.items.push(Item { key, value, new: true });
    }

    /// The action is sent and takes the first away of which this holds. Tells whether there is one; if not, nothing is changed.
    pub(super) fn take(&mut self, at: usize, key: &Key, holds: impl Fn(&T) -> bool) -> bool {
        let Some(found) = self.items.iter().position(|item| item.key == *key && holds(&item.value)) else {
            return false;
        };
        let item = self.items.remove(found);
        if !item.new {
            self.lost.push((item.key, item.value));
        }
        self.touch(at, key);
        true
    }

    /// The action is sent, and what it does to this key is not known.
    pub(super) fn doubt(&mut self, at: usize, key: &Key) {
        self.touch(at, key);
        if let Some(touched) = self.touched.get_mut(key) {
            touched.uncertain = true;
        }
    }

    /// The action is sent, and what it does to any key is not known.
    pub(super) fn doubt_all(&mut self) {
        for touched in self.touched.values_mut() {
            touched.uncertain = true;
        }
    }

    fn touch(&mut self, at: usize, key: &Key) {
        self.touched.entry(key.clone()).or_default().actions.push(at);
    }

    /// The actions that need not be sent, since those on their key come to what was there at the start.
    ///
    /// `same` tells whether something new is as good as something that was there.
    pub(super) fn undone(&self, same: impl Fn(&T, &T) -> bool) -> Vec<usize> {
        let mut undone = Vec::new();
        for (key, touched) in self.touched.iter().filter(|(_, touched)| !touched.uncertain) {
            let mut lost: Vec<&T> =
                self.lost.iter().filter(|(it, _)| it == key).map(|(_, value)| value).collect();
            let all_back = self.items.iter().filter(|item| item.new && item.key == *key).all(|item| {
                let back = lost.iter().position(|was| same(&item.value, was));
                back.map(|at| lost.remove(at)).is_some()
            });
            if all_back && lost.is_empty() {
                undone.extend(&touched.actions);
            }
        }
        undone
    }
}
