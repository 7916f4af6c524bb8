//! The tables that questions stand on: those of the last build where it is up to date, else ones that are made for this.

use std::path::{Path, PathBuf};

use super::{Limits, Saved};
use crate::build::{Evaluated, Standing, TemporaryStore, evaluate, temporary_store};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Bounds, Params, Scratch, Session};
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
    Store(TemporaryStore),
    /// The same, and all that the queries give.
    Results(Box<Evaluated>),
}

impl<'a> Ground<'a> {
    pub(super) fn open(study: &'a Study, wave: &'a Wave, limits: Limits) -> Result<Ground<'a>, Diagnostics> {
        let standing = Standing::of(study, wave)?;
        let mut ground = Ground { study, wave, limits, standing, made: None };
        let tables = ground.standing.tables();
        if !tables.is_empty() {
            let session = ground.over(&tables)?;
            for (name, file) in ground.standing.results() {
                session.offer(&name, file);
            }
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
        let files = self.standing.tables().into_iter().chain(self.standing.results());
        let mut all: Vec<String> = files.map(|(name, _)| name).collect();
        all.push(EVIDENCE.to_owned());
        self.session(&all)
    }

    /// Folders that this process alone uses, to be taken away if it ends in the middle.
    pub fn leavings(&self) -> (Option<Scratch>, Option<PathBuf>) {
        let Some(made) = &self.made else { return (None, None) };
        let folder = match &made.kind {
            Kind::Built => None,
            Kind::Store(store) => Some(store.folder().to_path_buf()),
            Kind::Results(evaluated) => evaluated.temporary().map(Path::to_path_buf),
        };
        (Some(made.session.scratch()), folder)
    }

    /// Makes sure that the tables in `reads` are there and up to date. A name that is nobody's is left to the engine,
    /// which can say what is near it.
    ///
    /// Of the study's queries only those are run that `reads` leads to, so that a fault in one does not stand in the way of
    /// questions about others. The evidence is of all queries, and needs them all.
    pub(super) fn reach(&mut self, reads: &[String]) -> Result<(), Diagnostics> {
        if matches!(&self.made, Some(Made { kind: Kind::Results(_), .. })) {
            return Ok(());
        }
        let wanted = self.wanted(reads)?;
        if wanted.iter().any(|query| query.reads.iter().any(|name| name == EVIDENCE))
            || (reads.iter().any(|name| name == EVIDENCE) && !self.stands(EVIDENCE))
        {
            self.made = Some(self.results()?);
            return Ok(());
        }
        let tables = reads.iter().chain(wanted.iter().flat_map(|query| &query.reads));
        let built = matches!(&self.made, Some(Made { kind: Kind::Built, .. }));
        if self.made.is_none() || (built && !tables.into_iter().all(|name| self.is_sound(name))) {
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

    /// Whether a table of the last build is as the build made it; also said of a name that is none.
    fn is_sound(&mut self, name: &str) -> bool {
        let files = [self.standing.tables(), self.standing.results()].concat();
        match files.iter().find(|(known, _)| known == name) {
            Some((_, path)) => self.standing.is_whole(path),
            None => true,
        }
    }

    fn store(&self) -> Result<Made, Diagnostics> {
        let store = temporary_store(self.study, self.wave)?;
        let session = self.over(&store.tables()?)?;
        Ok(Made { session, kind: Kind::Store(store) })
    }

    fn results(&self) -> Result<Made, Diagnostics> {
        let evaluated = evaluate(self.study, self.wave)?;
        let session = self.over(&evaluated.tables()?)?;
        for result in evaluated.results() {
            session.register(&result.head.name, result.batch.clone())?;
        }
        session.register(EVIDENCE, evaluated.evidence().clone())?;
        Ok(Made { session, kind: Kind::Results(Box::new(evaluated)) })
    }

    fn over(&self, tables: &[(String, PathBuf)]) -> Result<Session, Diagnostics> {
        // The other half is for what the engine does not count: the session itself, windows, the batch that is being made.
        let memory = usize::try_from(self.limits.memory / 2).unwrap_or(usize::MAX);
        let bounds = Bounds { memory, disk: self.limits.memory.saturating_mul(DISK_FOR_MEMORY) };
        Ok(Session::open_within(tables, bounds)?.with_confidence(self.study.design.confidence))
    }
}
