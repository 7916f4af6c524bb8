//! The study as PostgreSQL's clients look for it: one database, `study`, with the tables in the schema `public`, and what
//! `\d`, drivers and spreadsheets ask of `pg_catalog` and `information_schema`.
//!
//! In: the engine's session. Out: a context with the same tables and functions, in which PostgreSQL's names are known too.
//!
//! - It has no way to a file: no table can be made, and no function of a table reads one.
//! - Queries may put what does not fit into memory into a folder of their own, and no more than four times their memory.
//!
//! It knows no connections and runs no query.

use std::fs::DirBuilder;
use std::num::NonZeroUsize;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::{
    CatalogProvider as _, CatalogProviderList as _, MemoryCatalogProvider, MemoryCatalogProviderList,
};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionContext;
use datafusion_postgres::datafusion_pg_catalog::pg_catalog::context::{PgCatalogContextProvider, Role};
use datafusion_postgres::datafusion_pg_catalog::setup_pg_catalog;
use restudy::engine::Session;

use super::settings::VERSION;

/// The database that clients see.
pub(super) const DATABASE: &str = "study";

/// The user who logged in, once that is known.
#[derive(Clone, Debug, Default)]
pub(super) struct User(Arc<OnceLock<String>>);

impl User {
    /// Says who it is; once.
    pub(super) fn is(&self, name: &str) {
        let _ = self.0.set(name.to_owned());
    }

    fn name(&self) -> String {
        self.0.get().cloned().unwrap_or_default()
    }
}

#[async_trait]
impl PgCatalogContextProvider for User {
    async fn roles(&self) -> Vec<String> {
        vec![self.name()]
    }

    async fn role(&self, name: &str) -> Option<Role> {
        Some(Role {
            name: name.to_owned(),
            is_superuser: false,
            can_login: true,
            can_create_db: false,
            can_create_role: false,
            can_create_user: false,
            can_replication: false,
            grants: Vec::new(),
            inherited_roles: Vec::new(),
        })
    }
}

/// A context over the engine's tables, within `memory`; what does not fit goes to `spill`.
///
/// # Errors
/// The folder cannot be made, or the catalogue's own tables are broken.
pub(super) fn open(
    engine: &Session,
    spill: &Path,
    memory: u64,
) -> Result<(SessionContext, User), DataFusionError> {
    DirBuilder::new().recursive(true).mode(0o700).create(spill)?;
    let own = engine.context();
    let tables = own
        .catalog("datafusion")
        .and_then(|catalog| catalog.schema("public"))
        .ok_or_else(|| DataFusionError::Internal("the engine has no tables".to_owned()))?;
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema("public", tables)?;
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(DATABASE.to_owned(), Arc::new(catalog));

    // The rest is for the session itself, and for what the pool does not see.
    let pool = usize::try_from(memory / 8 * 5).unwrap_or(usize::MAX);
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![spill.to_path_buf()]))
        .with_max_temp_directory_size(memory.saturating_mul(4));
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(TrackConsumersPool::new(FairSpillPool::new(pool), NonZeroUsize::MIN)))
        .with_disk_manager_builder(disk)
        // Where the engine's tables are read from.
        .with_object_store_registry(Arc::clone(&own.runtime_env().object_store_registry))
        .build_arc()?;
    let mut config = own
        .copied_config()
        .with_default_catalog_and_schema(DATABASE, "public")
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    // The physical plan would name the server's files.
    config.options_mut().explain.logical_plan_only = true;
    let state = SessionStateBuilder::new_from_existing(own.state())
        .with_catalog_list(Arc::new(catalogs))
        .with_config(config)
        .with_runtime_env(runtime)
        .build();
    let context = SessionContext::new_with_state(state);
    let user = User::default();
    setup_pg_catalog(&context, DATABASE, user.clone()).map_err(|e| *e)?;
    for function in functions(&user) {
        context.register_udf(ScalarUDF::new_from_impl(function));
    }
    Ok((context, user))
}

/// A function of PostgreSQL's that clients call and that has one answer here.
#[derive(Clone, Debug)]
struct Told {
    name: &'static str,
    answer: Answer,
    signature: Signature,
}

#[derive(Clone, Debug)]
enum Answer {
    Value(ScalarValue),
    User(User),
}

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Told {}

impl std::hash::Hash for Told {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

fn told(name: &'static str, answer: Answer) -> Told {
    use datafusion::logical_expr::TypeSignature::{Nullary, VariadicAny};
    let any = Signature::one_of(vec![Nullary, VariadicAny], Volatility::Stable);
    Told { name, answer, signature: any }
}

fn functions(user: &User) -> Vec<Told> {
    let version = format!(
        "PostgreSQL {VERSION} (restudy {}, over DataFusion {})",
        env!("CARGO_PKG_VERSION"),
        datafusion::DATAFUSION_VERSION
    );
    let text = |text: &str| Answer::Value(ScalarValue::from(text));
    let nothing = || Answer::Value(ScalarValue::Utf8(None));
    vec![
        told("version", text(&version)),
        told("session_user", Answer::User(user.clone())),
        told("pg_get_userbyid", Answer::User(user.clone())),
        told("obj_description", nothing()),
        told("col_description", nothing()),
        told("shobj_description", nothing()),
        told("pg_get_indexdef", nothing()),
        told("pg_get_viewdef", nothing()),
        told("pg_get_ruledef", nothing()),
        told("pg_get_triggerdef", nothing()),
        told("pg_get_serial_sequence", nothing()),
        told("pg_get_function_result", nothing()),
        told("pg_get_function_arguments", nothing()),
        told("pg_tablespace_location", nothing()),
        told("pg_size_pretty", nothing()),
        told("pg_table_size", Answer::Value(ScalarValue::Int64(None))),
        told("pg_database_size", Answer::Value(ScalarValue::Int64(None))),
        told("pg_type_is_visible", Answer::Value(ScalarValue::from(true))),
        told("pg_function_is_visible", Answer::Value(ScalarValue::from(true))),
        told("pg_operator_is_visible", Answer::Value(ScalarValue::from(true))),
        told("pg_is_in_recovery", Answer::Value(ScalarValue::from(false))),
    ]
}

impl ScalarUDFImpl for Told {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(match &self.answer {
            Answer::Value(value) => value.data_type(),
            Answer::User(_) => DataType::Utf8,
        })
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        Ok(ColumnarValue::Scalar(match &self.answer {
            Answer::Value(value) => value.clone(),
            Answer::User(user) => ScalarValue::from(user.name()),
        }))
    }
}
