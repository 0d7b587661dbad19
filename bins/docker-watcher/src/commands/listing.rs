use std::time::Duration;

use portolan_container::Container;
use portolan_engine::{Error, Pool};
use portolan_program::engines::Followed;
use tokio::task::JoinSet;

use crate::report;

/// All containers of each engine; without one of them, the whole would be wrong.
pub(super) fn all(engines: &[Followed], timeout: Duration) -> anyhow::Result<Vec<Vec<Container>>> {
    let lists: Result<_, _> = list(engines, timeout)?.into_iter().collect();
    lists.map_err(report::engine)
}

/// All containers of each engine, each inspected, or why it could not be asked; all engines are asked at once.
pub(super) fn list(
    engines: &[Followed],
    timeout: Duration,
) -> anyhow::Result<Vec<Result<Vec<Container>, Error>>> {
    super::runtime()?.block_on(async {
        // Two names for one engine share a connection.
        let pool = Pool::default();
        let mut asked = JoinSet::new();
        for (place, engine) in engines.iter().enumerate() {
            let (pool, endpoint) = (pool.clone(), engine.endpoint.clone());
            asked.spawn(async move {
                let containers = async {
                    let engine = pool.connect(&endpoint, timeout).await?;
                    let mut containers = Vec::new();
                    for id in engine.list().await? {
                        containers.extend(engine.inspect(&id).await?);
                    }
                    Ok(containers)
                };
                (place, containers.await)
            });
        }
        let mut answers = asked.join_all().await;
        answers.sort_by_key(|(place, _)| *place);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    })
}
