//! The tables that questions stand on: those of the last build where it is up to date, else ones that are made for this.

use std::path::PathBuf;

use super::{Limits, Saved};
use crate::build::{Evaluated, Standing, TemporaryStore, Unwatched, evaluate, temporary_store};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Bounds, Params, Session};
use crate::queries::{Catalogue, EVIDENCE, Query};
use crate::study::{Study, Wave};

/// What may be put on disk when memory is short, for each byte of memory.
const DISK_FOR_MEMORY: u64 = 8;

/// Tables of a wave, made ready as far as somebody has asked for them.
pub struct Ground<'a> {
    study: &'a Study,
    wave: &'a Wave,
    limits: Limits,
    standing: Standing,
    made: Option<Made>,
}

/// Tables that are ready.
struct Made {
    session: Session,
    kind: Kind,
}

enum Kind {
    /// The last build's.
    Built,
    /// Made from the sources for this; thrown away with it.
    Store { _until_done: TemporaryStore },
    /// The same, and all that the queries give.
    Results { _until_done: Box<Evaluated> },
}

impl<'a> Ground<'a> {
    pub(super) fn open(study: &'a Study, wave: &'a Wave, limits: Limits) -> Result<Ground<'a>, Diagnostics> {
        let standing = Standing::of(study, wave)?;
        let mut ground = Ground { study, wave, limits, standing, made: None };
        let tables = ground.standing.tables();
        if !tables.is_empty() {
            let session = ground.over(&tables)?;
            ground.made = Some(Made { session, kind: Kind::Built });
        }
        Ok(ground)
    }

    /// Whether what was asked for lay ready in the last build.
    pub fn is_built(&self) -> bool {
        matches!(&self.made, Some(Made { kind: Kind::Built, .. }))
    }

    /// The session over these tables, ready to be asked about those in `reads`.
    ///
    /// # Errors
    /// They have to be made again, and cannot be.
    pub fn session(&mut self, reads: &[String]) -> Result<&Session, Diagnostics> {
        self.reach(reads)?;
        match &self.made {
            Some(made) => Ok(&made.session),
            None => Err(Diagnostic::error("there are no tables").into()),
        }
    }

    /// The session, with all tables and results in it.
    ///
    /// # Errors
    /// As for [`Ground::session`].
    pub fn whole(&mut self) -> Result<&Session, Diagnostics> {
        let files = [self.standing.tables(), self.standing.results()?].concat();
        let mut all: Vec<String> = files.into_iter().map(|(name, _)| name).collect();
        all.push(EVIDENCE.to_owned());
        self.session(&all)
    }

    /// Makes sure that the tables in `reads` are there and up to date. A name that is nobody's is left to the engine,
    /// which can say what is near it.
    ///
    /// Of the study's queries only those are run that `reads` leads to, so that a fault in one does not stand in the way of
    /// questions about others. The evidence is of all queries, and needs them all.
    pub(super) fn reach(&mut self, reads: &[String]) -> Result<(), Diagnostics> {
        if matches!(&self.made, Some(Made { kind: Kind::Results { .. }, .. })) {
            return Ok(());
        }
        self.offer_results(reads)?;
        let wanted = self.wanted(reads)?;
        if wanted.iter().any(|query| query.reads.iter().any(|name| name == EVIDENCE))
            || (reads.iter().any(|name| name == EVIDENCE) && !self.stands(EVIDENCE))
        {
            self.made = Some(self.results()?);
            return Ok(());
        }
        let tables = reads.iter().chain(wanted.iter().flat_map(|query| &query.reads));
        let built = matches!(&self.made, Some(Made { kind: Kind::Built, .. }));
        let tables: Vec<&String> = tables.collect();
        if self.made.is_none() || (built && !self.are_sound(&tables)?) {
            self.made = Some(self.store()?);
            // What lay ready lies ready no more.
            return self.reach(reads);
        }
        let params = Params::none().with("wave", self.wave.id.as_str());
        if let Some(made) = &self.made {
            for query in wanted {
                let result = query.run(&made.session, &params)?;
                made.session.register(&query.head.name, result.batch)?;
            }
        }
        Ok(())
    }

    /// Lays the last build's results ready, where `reads` names a table that is not: most questions are about the store, and
    /// need not know whether the queries have changed.
    fn offer_results(&mut self, reads: &[String]) -> Result<(), Diagnostics> {
        if reads.iter().all(|name| self.stands(name)) {
            return Ok(());
        }
        if let Some(Made { session, kind: Kind::Built }) = &self.made {
            for (name, file) in self.standing.results()? {
                if !session.has(&name) {
                    session.offer(&name, file);
                }
            }
        }
        Ok(())
    }

    /// The queries whose results `reads` leads to and that are not at hand, each after those that it selects from.
    fn wanted(&self, reads: &[String]) -> Result<Vec<Query>, Diagnostics> {
        let unknown = |name: &&String| !self.stands(name);
        let mut open: Vec<String> = reads.iter().filter(unknown).cloned().collect();
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let saved = Saved::all(&self.study.root);
        let mut found: Vec<Query> = Vec::new();
        while let Some(name) = open.pop() {
            let Some(saved) = saved.iter().find(|saved| saved.name == name) else { continue };
            if found.iter().all(|query| query.head.name != name) {
                let query = saved.read(&self.study.root)?;
                open.extend(query.reads.iter().filter(unknown).cloned());
                found.push(query);
            }
        }
        Ok(Catalogue::in_order(found)?.iter().cloned().collect())
    }

    /// Whether there is a table of this name in the session.
    fn stands(&self, name: &str) -> bool {
        self.made.as_ref().is_some_and(|made| made.session.has(name))
    }

    /// Whether the tables of the last build among `names` are as the build made them.
    fn are_sound(&mut self, names: &[&String]) -> Result<bool, Diagnostics> {
        let mut files = self.standing.tables();
        if names.iter().any(|name| files.iter().all(|(known, _)| known != *name)) {
            files.extend(self.standing.results()?);
        }
        let named = files.iter().filter(|(known, _)| names.contains(&known));
        Ok(named.map(|(_, path)| path).all(|path| self.standing.is_whole(path)))
    }

    fn store(&self) -> Result<Made, Diagnostics> {
        let store = temporary_store(self.study, self.wave, &Unwatched)?;
        let session = self.over(&store.tables()?)?;
        Ok(Made { session, kind: Kind::Store { _until_done: store } })
    }

    fn results(&self) -> Result<Made, Diagnostics> {
        let evaluated = evaluate(self.study, self.wave)?;
        let session = self.over(&evaluated.tables()?)?;
        for result in evaluated.results() {
            session.register(&result.head.name, result.batch.clone())?;
        }
        session.register(EVIDENCE, evaluated.evidence().clone())?;
        Ok(Made { session, kind: Kind::Results { _until_done: Box::new(evaluated) } })
    }

    fn over(&self, tables: &[(String, PathBuf)]) -> Result<Session, Diagnostics> {
        // The other half is for what the engine does not count: the session itself, windows, the batch that is being made.
        let memory = usize::try_from(self.limits.memory / 2).unwrap_or(usize::MAX);
        let bounds = Bounds { memory, disk: self.limits.memory.saturating_mul(DISK_FOR_MEMORY) };
        Ok(Session::open_within(tables, bounds)?.with_confidence(self.study.design.confidence))
    }
}
