//! The clients that people have: psql, Python's psycopg, JDBC, ODBC. Each test runs the real one, and says so where it is not installed.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::gate::{certificate, line, private};
use super::server::Server;

/// Whether a program is there.
fn installed(command: &mut Command) -> bool {
    command.output().is_ok_and(|out| out.status.success())
}

fn text(out: &Output) -> String {
    let [stdout, stderr] =
        [&out.stdout, &out.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    // What users are called and where the server listens differ from machine to machine.
    format!("{stdout}{stderr}")
}

fn psql(server: &Server, arguments: &[&str]) -> String {
    let mut command = Command::new("psql");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8");
    command.args(["-X", "-h", "127.0.0.1", "-p", &server.port.to_string(), "-U", "anna", "-d", "study"]);
    text(&command.args(arguments).output().unwrap())
}

#[test]
fn psql_asks_and_describes() {
    if !installed(Command::new("psql").arg("--version")) {
        eprintln!("skipped: psql is not installed");
        return;
    }
    let server = Server::shared();
    let mut transcript = String::new();
    for command in [
        "select school_type, count(*) as n from responses group by school_type order by n desc",
        "select respondent_id, started_at, employers from responses order by 1 limit 2",
        "select empoyers from responses",
        "select count(*) frm responses",
        "copy responses to '/tmp/x'",
    ] {
        transcript += &format!("study=> {command}\n{}\n", psql(&server, &["-c", command]));
    }
    insta::assert_snapshot!("psql", transcript);
    // How it draws a list depends on its version, what is in the list does not.
    for (command, parts) in [
        ("\\d cases", &["public.cases", "case_id", "text"][..]),
        ("\\d+ claims", &["value", "double precision", "bigint"]),
        ("\\dt cod*", &["codings", "codes", "coder_agreement"]),
        ("\\l", &["study"]),
        ("\\dn", &["public"]),
        ("\\du", &["anna"]),
        ("\\df svy_m*", &["svy_mean", "svy_median", "an estimate"]),
        ("\\dT", &["0 rows"]),
    ] {
        let said = psql(&server, &["-c", command]);
        assert!(parts.iter().all(|part| said.contains(part)) && !said.contains("ERROR"), "{command}: {said}");
    }
    // The catalogue knows every column of the widest table.
    let columns = psql(&server, &["-c", "\\d responses"]);
    assert!(columns.lines().count() > 130, "{columns}");
    let all = psql(&server, &["-At", "-c", "select * from responses"]);
    assert_eq!(all.lines().filter(|line| line.starts_with("2013|")).count(), 196);
    for command in ["\\dt+", "\\l+", "\\dn+", "\\di", "\\ds", "\\dx", "\\db", "\\conninfo", "\\d", "\\dg"] {
        let said = psql(&server, &["-c", command]);
        assert!(!said.contains("ERROR"), "{command}: {said}");
    }
    let file = psql(
        &server,
        &[
            "-v",
            "ON_ERROR_STOP=1",
            "-At",
            "-c",
            "begin",
            "-c",
            "select 1",
            "-c",
            "select 1/0",
            "-c",
            "select 2",
        ],
    );
    assert!(file.contains("division") || file.contains("divide by zero"), "{file}");
    assert!(!file.contains("\n2\n"), "{file}");
}

#[test]
fn psql_checks_the_certificate_and_the_password() {
    if !installed(Command::new("psql").arg("--version")) {
        eprintln!("skipped: psql is not installed");
        return;
    }
    let folder = TempDir::new().unwrap();
    let (certificate, key) = certificate(folder.path());
    let users = private(folder.path(), "users", &line("anna", "secret"));
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let server = Server::start(&[
        "--tls-cert",
        &path(&certificate),
        "--tls-key",
        &path(&key),
        "--users",
        &path(&users),
    ]);
    let ask = |settings: &str, password: &str| {
        let connection = format!("host=localhost port={} user=anna dbname=study {settings}", server.port);
        let mut command = Command::new("psql");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PGPASSWORD", password);
        text(
            &command
                .args(["-X", "-At", "-c", "select count(*) from responses", &connection])
                .output()
                .unwrap(),
        )
    };
    let verified = format!("sslmode=verify-full sslrootcert={}", certificate.display());
    assert_eq!(ask(&verified, "secret"), "196\n");
    assert!(ask(&verified, "wrong").contains("password authentication failed for user \"anna\""));
    let told = ask("sslmode=disable", "secret");
    assert!(told.contains("this server speaks over TLS only"), "{told}");
    let other = TempDir::new().unwrap();
    let (unknown, _) = self::certificate(other.path());
    let told = ask(&format!("sslmode=verify-full sslrootcert={}", unknown.display()), "secret");
    assert!(told.contains("certificate verify failed"), "{told}");
}

const PYTHON: &str = r#"
import datetime, sys, threading
import psycopg

where = f"host=127.0.0.1 port={sys.argv[1]} user=anna dbname=study"
with psycopg.connect(where) as c:
    one = lambda sql, *values: c.execute(sql, values or None).fetchone()
    assert one("select count(*) from responses where school_type = %s", "academy") == (78,)
    assert one("select count(*) from responses where started_at < %s", datetime.datetime(2013, 1, 1)) == (0,)
    assert one("select count(*) from responses where employers = any(%s)", ["none", "nothing"]) == (22,)
    assert one("select %s::int + 1, %s::text, %s::float8, %s::bool, %s::date", 41, "é日本", 1.5, True, datetime.date(2013, 1, 2)) \
        == (42, "é日本", 1.5, True, datetime.date(2013, 1, 2))
    assert one("select %s, %s", None, "x") == (None, "x")
    estimate, = one("select svy_prop(employers = 'none', design) from responses")
    assert estimate["n"] == 22 and estimate["base"] == 196 and estimate["lower"] < estimate["estimate"] < estimate["upper"]
    row = one("select * from responses order by respondent_id limit 1")
    assert row[0] == "2013" and isinstance(row[2], datetime.datetime) and isinstance(row[-1], dict)
    with c.cursor(binary=True) as cursor:
        cursor.execute("select started_at, employers, count(*) over (), 1.5::float8, true, date '2013-01-02', null, [1, 2], ['a', null] "
                       "from responses order by respondent_id limit 1")
        assert cursor.fetchone()[2:] == (196, 1.5, True, datetime.date(2013, 1, 2), None, [1, 2], ["a", None])
    for i in range(8):  # psycopg prepares a statement that it sees often
        assert one("select %s::int8", i) == (i,)
    try:
        c.execute("select nope from responses")
        raise SystemExit("an unknown column was found")
    except psycopg.errors.UndefinedColumn as told:
        assert told.diag.statement_position == "8" and "there is no column" in told.diag.message_primary
    c.rollback()
    try:
        c.execute("delete from responses")
        raise SystemExit("rows were deleted")
    except psycopg.errors.ReadOnlySqlTransaction:
        c.rollback()

with psycopg.connect(where, autocommit=True) as c:
    timer = threading.Timer(0.5, c.cancel)
    timer.start()
    try:
        c.execute("with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t")
        raise SystemExit("an endless query ended")
    except psycopg.errors.QueryCanceled:
        pass
    assert c.execute("select 1").fetchone() == (1,)
print("psycopg is content")
"#;

#[test]
fn psycopg_reads_writes_nothing_and_cancels() {
    if !installed(Command::new("python3").args(["-c", "import psycopg; assert psycopg.__version__ >= '3'"])) {
        eprintln!("skipped: Python's psycopg (3) is not installed");
        return;
    }
    let server = Server::shared();
    let out = Command::new("python3").args(["-c", PYTHON, &server.port.to_string()]).output().unwrap();
    assert_eq!(text(&out), "psycopg is content\n");
}

const JAVA: &str = r#"
import java.sql.*;
import java.util.*;

public class Ask {
    static List<String> all(ResultSet rows, String column) throws SQLException {
        List<String> found = new ArrayList<>();
        while (rows.next()) found.add(rows.getString(column));
        return found;
    }

    static void must(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    public static void main(String[] arguments) throws Exception {
        try (Connection c = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + arguments[0] + "/study", "anna", "")) {
            DatabaseMetaData catalogue = c.getMetaData();
            List<String> tables = all(catalogue.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME");
            must(tables.contains("responses") && tables.contains("evidence") && !tables.contains("pg_class"), "tables " + tables);
            ResultSet columns = catalogue.getColumns(null, "public", "responses", "started_at");
            must(columns.next() && columns.getInt("DATA_TYPE") == Types.TIMESTAMP && !columns.next(), "the column started_at");
            must(all(catalogue.getColumns(null, "public", "responses", "%"), "COLUMN_NAME").size() > 100, "columns");
            must(all(catalogue.getSchemas(), "TABLE_SCHEM").contains("public"), "schemas");
            must(all(catalogue.getCatalogs(), "TABLE_CAT").equals(List.of("study")), "catalogs");
            must(!catalogue.getPrimaryKeys(null, "public", "responses").next(), "primary keys");
            must(!catalogue.getImportedKeys(null, "public", "responses").next(), "imported keys");
            must(!catalogue.getIndexInfo(null, "public", "responses", false, true).next(), "indexes");
            must(all(catalogue.getTypeInfo(), "TYPE_NAME").contains("text"), "types");

            c.setReadOnly(true);
            c.setAutoCommit(false);
            Statement few = c.createStatement();
            few.setFetchSize(50);
            ResultSet rows = few.executeQuery("select respondent_id, started_at, design from responses order by respondent_id");
            int count = 0;
            while (rows.next()) {
                must(rows.getTimestamp(2) != null && rows.getString(3).startsWith("{\"sample\":"), "row " + count);
                count++;
            }
            must(count == 196, count + " rows");
            c.commit();
            c.setAutoCommit(true);
            for (int i = 0; i < 8; i++) { // after five times the driver prepares it and turns to binary
                PreparedStatement asked = c.prepareStatement("select count(*), ?::int, ?, ?::date, ? is null from responses where employers = ?");
                asked.setInt(1, i);
                asked.setString(2, "é日本");
                asked.setDate(3, java.sql.Date.valueOf("2013-02-03"));
                asked.setNull(4, Types.VARCHAR);
                asked.setString(5, "none");
                ResultSet row = asked.executeQuery();
                row.next();
                must(row.getLong(1) == 22 && row.getInt(2) == i && row.getString(3).equals("é日本"), "parameters");
                must(row.getDate(4).toString().equals("2013-02-03") && row.getBoolean(5), "parameters");
            }
            Statement endless = c.createStatement();
            endless.setQueryTimeout(1);
            try {
                endless.executeQuery("with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t");
                must(false, "an endless query ended");
            } catch (SQLException told) {
                must(told.getSQLState().equals("57014"), told.toString());
            }
            try {
                c.createStatement().execute("create table t (a int)");
                must(false, "a table was made");
            } catch (SQLException told) {
                must(told.getSQLState().equals("25006"), told.toString());
            }
            System.out.println("JDBC is content");
        }
    }
}
"#;

#[test]
fn jdbc_reads_the_catalogue_and_the_tables() {
    let driver = Path::new("/usr/share/java/postgresql.jar");
    if !driver.is_file() || !installed(Command::new("java").arg("-version")) {
        eprintln!("skipped: Java or its PostgreSQL driver is not installed");
        return;
    }
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("Ask.java");
    fs_err::write(&source, JAVA).unwrap();
    let server = Server::shared();
    let mut command = Command::new("java");
    command.arg("-cp").arg(driver).arg(&source).arg(server.port.to_string());
    assert_eq!(text(&command.output().unwrap()), "JDBC is content\n");
}

#[test]
fn odbc_lists_tables_and_reads_rows() {
    let drivers =
        ["/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so", "/usr/lib/aarch64-linux-gnu/odbc/psqlodbcw.so"];
    let driver = drivers.iter().find(|driver| Path::new(driver).is_file());
    let (Some(driver), true) = (driver, installed(Command::new("isql").arg("--version"))) else {
        eprintln!("skipped: unixODBC's isql or its PostgreSQL driver is not installed");
        return;
    };
    let server = Server::shared();
    let connection = format!("DRIVER={driver};Server=127.0.0.1;Port={};Database=study;Uid=anna", server.port);
    let mut child = Command::new("isql")
        .args(["-b", "-v", "-d|", "-k", &connection])
        // The driver asks for the encoding of the locale, and the server knows UTF-8 alone.
        .env("LC_ALL", "C.UTF-8")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let asked = "select school_type, count(*) as n, 0.5 as half from responses where school_type = 'academy' group by school_type\nhelp\n";
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), asked.as_bytes()).unwrap();
    let said = text(&child.wait_with_output().unwrap());
    assert!(said.contains("academy|78|0.5"), "{said}");
    assert!(said.contains("study|public|responses|TABLE|"), "{said}");
}
