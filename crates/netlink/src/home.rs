use std::cell::RefCell;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::Duration;

use portolan_container::Container;

use crate::apply::{apply_from, withdraw_from};
use crate::plan::Place;
use crate::{Answer, Applied, Conditions, Error, Namespace, Part, Request, Socket, host_namespace};

/// The network namespace of a thread that goes into others itself, and comes back after each piece of work.
///
/// [`apply`](crate::apply()) starts a thread for each namespace, since a thread that has been elsewhere must not go on with
/// others' work. A thread that does nothing else can go there itself, which is quicker: no thread is started and waited for,
/// and which namespaces are its own and the host's is asked once. It must not be used for anything that takes its namespace for
/// granted.
///
/// ```
/// use portolan_container::Container;
/// use portolan_netlink::{Conditions, Home};
///
/// let applied = std::thread::spawn(|| {
///     let home = Home::of_this_thread()?;
///     Ok::<_, portolan_netlink::Error>(home.apply(&Container::default(), &[], &Conditions::default()))
/// });
/// assert!(applied.join().is_ok_and(|applied| applied.is_ok_and(|it| it.done.is_empty())));
/// ```
#[derive(Debug)]
pub struct Home {
    own: Namespace,
    /// The host's, by the proc file system that it was found in.
    host: RefCell<Option<(PathBuf, Namespace)>>,
    /// It is one thread's.
    stays: PhantomData<*const ()>,
}

impl Home {
    /// The namespace that the calling thread is in now.
    ///
    /// # Errors
    /// As [`Namespace::own`].
    pub fn of_this_thread() -> Result<Self, Error> {
        Ok(Self { own: Namespace::own()?, host: RefCell::default(), stays: PhantomData })
    }

    /// What [`apply`](crate::apply()) does, on this thread.
    pub fn apply(&self, container: &Container, parts: &[Part], conditions: &Conditions) -> Applied {
        apply_from(Some(self), container, parts, conditions)
    }

    /// What [`withdraw`](crate::withdraw) does, on this thread.
    ///
    /// # Errors
    /// As [`withdraw`](crate::withdraw).
    pub fn withdraw(
        &self,
        added: &[Request],
        conditions: &Conditions,
    ) -> Result<Vec<(Request, Answer)>, Error> {
        withdraw_from(Some(self), added, conditions)
    }

    /// What [`Namespace::run`] does, on this thread, which is back afterwards, even where the work panics.
    ///
    /// Should the kernel refuse the way back, it stays where it was until the next visit. No work is done elsewhere than asked.
    ///
    /// # Errors
    /// As [`Namespace::run`], but for the thread.
    ///
    /// # Panics
    /// If the work does.
    pub fn visit<T>(
        &self,
        namespace: &Namespace,
        timeout: Duration,
        work: impl FnOnce(&mut Socket) -> T,
    ) -> Result<T, Error> {
        namespace.visit(&self.own, timeout, work)
    }

    /// Whether a namespace is the host's, or this thread's.
    pub(crate) fn place(&self, namespace: &Namespace, proc: &Path) -> Place {
        if namespace.id() == self.own.id() || self.is_host(namespace, proc) {
            Place::Host
        } else {
            Place::Container
        }
    }

    fn is_host(&self, namespace: &Namespace, proc: &Path) -> bool {
        let mut known = self.host.borrow_mut();
        if known.as_ref().is_none_or(|(found_in, _)| found_in != proc) {
            *known = host_namespace(proc).ok().map(|host| (proc.to_owned(), host));
        }
        known.as_ref().is_some_and(|(_, host)| host.id() == namespace.id())
    }
}
