//! What well-known clients ask of the catalogue in words that the engine cannot plan, said in words that it can.
//!
//! In: a question to the catalogue. Out: the same, or one with the same answer.
//!
//! It is a list of a few; what it does not know is left as it is.

use std::borrow::Cow;

/// Parts of questions, and what they amount to here.
const PARTS: [(&str, &str); 7] = [
    // JDBC: how a type is read stands in the catalogue by name.
    ("'pg_catalog.array_in'::regproc", "'array_in'"),
    // JDBC: the schemas in which a type is looked up, in their order.
    ("generate_series(1, array_upper(current_schemas(false), 1)) as s(r)", "(values (1)) as s(r)"),
    // psql `\d+`: options of storage.
    (
        "pg_catalog.array_to_string(c.reloptions || array(select 'toast.' || x from pg_catalog.unnest(tc.reloptions) x), ', ')",
        "''",
    ),
    // psql `\dn+`, `\l+`, `\db+`: privileges.
    ("pg_catalog.array_to_string(n.nspacl, E'\\n')", "''"),
    ("pg_catalog.array_to_string(d.datacl, E'\\n')", "''"),
    // psql `\dT` and JDBC: types that are made of columns.
    ("(SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)", "false"),
    // psql `\du`, `\dg`: nobody is a member of anything.
    (
        "ARRAY(SELECT b.rolname\n        FROM pg_catalog.pg_auth_members m\n        JOIN pg_catalog.pg_roles b ON (m.roleid = b.oid)\n        WHERE m.member = r.oid)",
        "'{}'",
    ),
];

/// Questions to which the answer is nothing, because the study's tables have no keys, indexes or owners: what tells them, and
/// the columns of the answer.
const NOTHING: [(&[&str], &[&str]); 3] = [
    // JDBC, `getPrimaryKeys`.
    (
        &["_pg_expandarray", "AS PK_NAME"],
        &["TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ", "PK_NAME"],
    ),
    // JDBC, `getIndexInfo`.
    (
        &["_pg_expandarray", "AS INDEX_QUALIFIER"],
        &[
            "TABLE_CAT",
            "TABLE_SCHEM",
            "TABLE_NAME",
            "NON_UNIQUE",
            "INDEX_QUALIFIER",
            "INDEX_NAME",
            "TYPE",
            "ORDINAL_POSITION",
            "COLUMN_NAME",
            "ASC_OR_DESC",
            "CARDINALITY",
            "PAGES",
            "FILTER_CONDITION",
        ],
    ),
    // JDBC, `getImportedKeys`, `getExportedKeys`.
    (
        &["AS PKTABLE_CAT", "AS DEFERRABILITY"],
        &[
            "PKTABLE_CAT",
            "PKTABLE_SCHEM",
            "PKTABLE_NAME",
            "PKCOLUMN_NAME",
            "FKTABLE_CAT",
            "FKTABLE_SCHEM",
            "FKTABLE_NAME",
            "FKCOLUMN_NAME",
            "KEY_SEQ",
            "UPDATE_RULE",
            "DELETE_RULE",
            "FK_NAME",
            "PK_NAME",
            "DEFERRABILITY",
        ],
    ),
];

/// The question, said otherwise where it is known.
pub(super) fn said_otherwise(text: &str) -> Cow<'_, str> {
    let asks = |parts: &[&str]| parts.iter().all(|part| text.contains(part));
    if let Some((_, columns)) = NOTHING.iter().find(|(parts, _)| asks(parts)) {
        let columns: Vec<String> = columns.iter().map(|name| format!("null::text as \"{name}\"")).collect();
        return Cow::Owned(format!("select {} where false", columns.join(", ")));
    }
    if asks(&["pg_catalog.pg_proc p", "pg_catalog.pg_get_function_arguments(p.oid)"]) {
        return Cow::Owned(list_of_functions(text));
    }
    if asks(&["FROM pg_catalog.pg_settings", "max_index_keys"]) {
        return Cow::Borrowed("select '32' as setting");
    }
    let mut said = Cow::Borrowed(text);
    for (part, otherwise) in PARTS {
        if said.contains(part) {
            said = Cow::Owned(said.replace(part, otherwise));
        }
    }
    said
}

/// psql's `\df`: the functions that this program adds. All others are those of the engine, and hundreds.
fn list_of_functions(text: &str) -> String {
    let mut question = "select 'public' as \"Schema\", name as \"Name\", result as \"Result data type\", \
                        arguments as \"Argument data types\", 'func' as \"Type\" from functions()"
        .to_owned();
    // `\df svy*` asks for names that match a regular expression.
    if let Some(pattern) =
        text.split("p.proname OPERATOR(pg_catalog.~) '").nth(1).and_then(|rest| rest.split('\'').next())
    {
        question += &format!(" where name ~ '{pattern}'");
    }
    question + " order by name"
}
