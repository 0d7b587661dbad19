use std::cmp::Reverse;

use portolan_container::Container;

/// Which of two containers of one engine keeps an alias that both define, each in its own way: the lesser.
///
/// One that runs comes before one that doesn't, then the one that was created later, then the one of the lesser identifier. So an
/// update takes over from what it replaces, and the answer is the same in whichever order an engine lists them.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::Precedence;
///
/// let created = |created| Precedence::of(&Container { created: Some(created), ..Container::default() });
/// assert!(created(2) < created(1));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precedence {
    is_asleep: bool,
    created: Reverse<Option<i64>>,
    id: String,
}

impl Precedence {
    /// That of a container.
    pub fn of(container: &Container) -> Self {
        Self {
            is_asleep: !container.state.is_running(),
            created: Reverse(container.created),
            id: container.id.clone(),
        }
    }
}
