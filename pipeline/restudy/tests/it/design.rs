//! Sample designs, from study.toml and the export to the column `design` that SQL reads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, DictionaryArray, StringArray, StructArray, UInt32Array, cast::AsArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, UInt32Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::pretty::pretty_format_batches;
use restudy::diagnostic::Diagnostics;
use restudy::engine::{Params, Session};
use restudy::sample::Entry;
use restudy::store::{self, Store, Tables};
use restudy::study::Study;

fn base() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faulty/base")
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs_err::copy(&path, &target).unwrap();
        }
    }
}

/// The small study with another `[design]`, and readers who differ only in the `columns` of their sample.
fn study(design: &str, columns: &str, readers: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&base(), folder.path());
    let definitions = folder.path().join("study.toml");
    let text = fs_err::read_to_string(&definitions).unwrap();
    assert!(text.contains("[design]\nfpc = \"frame\"\n"));
    fs_err::write(&definitions, text.replace("[design]\nfpc = \"frame\"\n", design)).unwrap();
    let export = folder.path().join("responses.csv");
    let text = fs_err::read_to_string(&export).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let rest = lines.nth(1).unwrap().split_once(',').unwrap().1;
    let mut made = format!("{header},{columns}\n");
    for (number, reader) in readers.iter().enumerate() {
        made += &format!("r{},{rest},{reader}\n", number + 1);
    }
    fs_err::write(export, made).unwrap();
    fs_err::write(folder.path().join("open-codings.csv"), "respondent_id,question,code\n").unwrap();
    folder
}

fn ingest(root: &Path) -> Result<(Tables, Diagnostics), Diagnostics> {
    let study = Study::load(root)?;
    store::ingest(&study, study.wave(None)?)
}

/// The store of a sound study, and what is to be looked at.
fn stored(root: &Path) -> (Session, tempfile::TempDir, Diagnostics) {
    let (tables, warnings) = ingest(root).unwrap_or_else(|faults| panic!("{faults}"));
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    tables.write(&dir).unwrap();
    (Session::open(&Store::open(&dir).unwrap().tables()).unwrap(), folder, warnings)
}

fn asked(session: &Session, sql: &str) -> String {
    let batch = session.query(sql, &Params::none()).unwrap_or_else(|faults| panic!("{faults}"));
    pretty_format_batches(&[batch]).unwrap().to_string()
}

/// The place of each respondent, its two stages and what else it says.
const STAGES: &str = "with places as (select respondent_id, design, design_place(design) as place from responses),
    stages as (select respondent_id as id, design.weight as weight, place['stages'][1] as one, place['stages'][2] as two,
    place['lonely'] as lonely from places)";

const TWO_STAGES: &str = "[design]\nstrata = [\"Region\"]\nunits = [\"School\", \"Class\"]\n\
                          fpc = [\"Schools in region\", \"Classes in school\"]\nnested = true\n";
const PLACES: &str = "Region,School,Class,Schools in region,Classes in school";

/// Two schools in each region; school numbers begin anew in each region, class numbers in each school.
const READERS: [&str; 8] = [
    "south,1,a,10,4",
    "south,1,b,10,4",
    "south,2,a,10,2",
    "north,1,a,6,3",
    "north,1,a,6,3",
    "north,1,c,6,3",
    "north,2,b,6,2",
    "south,2,b,10,2",
];

#[test]
fn a_sample_of_two_stages_is_read_back_by_sql() {
    let study = study(TWO_STAGES, PLACES, &READERS);
    let (session, _folder, warnings) = stored(study.path());
    // One class of two was sampled in the second school of the north: it has no variance of its own.
    let told = warnings.to_string();
    assert!(told.contains("warning: 1 stratum of stage 2 has only one sampled unit"), "{told}");
    let sql = format!(
        "{STAGES} select id, weight, one.stratum as stratum, one.unit as psu, one.units as psus, one.fpc as fpc, two.stratum as stratum2,
        two.unit as unit2, two.units as units2, two.fpc as fpc2, lonely from stages order by id"
    );
    let sql = &sql;
    insta::assert_snapshot!(asked(&session, sql));
    // Each answer carries the place of its respondent.
    let sql = "select count(*) as differing from answers join responses using (respondent_id)
        where answers.design.unit <> responses.design.unit or answers.design.weight <> responses.design.weight
        or answers.design.place <> responses.design.place";
    assert!(asked(&session, sql).contains("| 0 "), "{}", asked(&session, sql));
    insta::assert_snapshot!(asked(&session, "select * from design_strata order by stratum"));
}

#[test]
fn without_a_design_everybody_counts_once() {
    let study = study("", "Shoe size", &["40", "41"]);
    let told = ingest(study.path()).unwrap_err().to_string();
    assert!(told.contains("column `Shoe size` is not in the codebook"), "{told}");
    let (session, _folder, warnings) = stored(&{
        let folder = study.path().to_path_buf();
        let export = folder.join("responses.csv");
        let text = fs_err::read_to_string(&export).unwrap();
        let kept: Vec<&str> = text.lines().map(|line| line.rsplit_once(',').unwrap().0).collect();
        fs_err::write(&export, kept.join("\n")).unwrap();
        folder
    });
    assert!(warnings.is_empty(), "{warnings}");
    let sql = format!("{STAGES} select weight, one.units, one.fpc is null, lonely from stages limit 1");
    let sql = sql.as_str();
    assert!(asked(&session, sql).contains("| 1.0 "), "{}", asked(&session, sql));
}

#[test]
fn a_wave_may_have_a_design_of_its_own() {
    let study = study("[design]\nfpc = \"frame\"\n", "w", &["2", "3"]);
    let definitions = study.path().join("study.toml");
    let text = fs_err::read_to_string(&definitions).unwrap();
    let own = "frame = \"frame.csv\"\n[wave.design]\nweight = \"w\"\n[wave.designs.other]\nfpc = \"frame\"\n";
    fs_err::write(&definitions, text.replacen("frame = \"frame.csv\"\n", own, 1)).unwrap();
    let (session, _folder, _) = stored(study.path());
    let sql = "select sum(design.weight) as own, sum(design_other.weight) as other from responses";
    assert!(asked(&session, sql).contains("| 5.0 | 120.0 |"), "{}", asked(&session, sql));
}

const REPLICATES: &str =
    "[design]\nweight = \"w\"\n[design.replicates]\ncolumns = \"rw*\"\nmethod = \"Fay\"\nrho = 0.5\n";

/// The first-stage unit of each respondent, and the numbers of their replicates, in the order of the file: scale, 1 or 0 for
/// squares around the estimate or around the mean, factors of the squares, factors of the weight.
fn patterns(session: &Session) -> (Vec<u32>, Vec<Vec<f64>>) {
    let batch =
        session.query("select respondent_id, design from responses order by respondent_id", &Params::none());
    let batch = batch.unwrap();
    let design: &StructArray = batch.column(1).as_struct();
    let kept = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    let column = design.column_by_name("place").unwrap();
    assert_eq!(column.data_type(), &kept);
    let dictionary = column.as_dictionary::<UInt32Type>();
    let values: &StringArray = dictionary.values().as_string();
    let read = |row: usize| {
        let entry = Entry::read(values.value(dictionary.key(row).unwrap())).unwrap();
        let (replication, factors) = entry.replicates.unwrap();
        let mut numbers = vec![replication.scale, f64::from(u8::from(replication.mse))];
        numbers.extend(replication.rscales);
        numbers.extend(factors);
        (entry.stages[0].unit, numbers)
    };
    (0..batch.num_rows()).map(read).unzip()
}

#[test]
fn rows_with_one_pattern_of_replicate_weights_share_a_unit() {
    // The third has the pattern of the first, times another weight; the last has a weight of nothing.
    let readers = ["2,3,1", "2,1,3", "0.3,0.44999999999999996,0.15", "0,0,0"];
    let study = study(REPLICATES, "w,rw1,rw2", &readers);
    let (session, _folder, warnings) = stored(study.path());
    assert!(warnings.is_empty(), "{warnings}");
    let (units, patterns) = patterns(&session);
    assert_eq!(units, [0, 1, 0, 2]);
    // Scale 1 / (2 (1 - 0.5)²), squares around the mean, factors of the squares, factors of the weight.
    assert_eq!(patterns[0], [2.0, 0.0, 1.0, 1.0, 1.5, 0.5]);
    assert_eq!(patterns[1], [2.0, 0.0, 1.0, 1.0, 0.5, 1.5]);
    assert_eq!(patterns[2], patterns[0]);
    assert_eq!(patterns[3], [2.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
}

#[test]
fn rows_of_a_unit_whose_replicate_weights_differ_are_units_of_their_own() {
    let design = REPLICATES.replacen("[design]\n", "[design]\nunits = \"School\"\n", 1);
    let (session, _folder, _) =
        stored(study(&design, "School,w,rw1,rw2", &["a,1,1,2", "a,1,1,2", "b,2,3,1"]).path());
    assert_eq!(patterns(&session).0, [0, 0, 1]);
    let (session, _folder, _) =
        stored(study(&design, "School,w,rw1,rw2", &["a,1,1,2", "a,1,2,1", "b,2,3,1"]).path());
    assert_eq!(patterns(&session).0, [0, 1, 2]);
}

#[test]
fn replicates_are_made_from_strata_and_units() {
    let made = |method: &str| {
        let design = format!("{TWO_STAGES}[design.replicates]\n{method}\nmse = true\n");
        let (session, _folder, warnings) = stored(study(&design, PLACES, &READERS).path());
        assert!(warnings.is_empty(), "{warnings}");
        patterns(&session)
    };
    let (units, jackknife) = made("method = \"JKn\"");
    assert_eq!(units, [2, 2, 3, 0, 0, 0, 1, 3]);
    // One replicate for each school; the factor of its square is (1 - 2/N) / 2.
    assert_eq!(jackknife[3], [1.0, 1.0, 1.0 / 3.0, 1.0 / 3.0, 0.4, 0.4, 0.0, 2.0, 1.0, 1.0]);
    let (_, half_samples) = made("method = \"BRR\"");
    assert_eq!(half_samples[0].len(), 2 + 2 * 4);
    let (_, bootstrap) = made("method = \"bootstrap\"\ncount = 20\nseed = 7");
    assert_eq!(bootstrap[0].len(), 2 + 2 * 20);
    assert_eq!(bootstrap, made("method = \"bootstrap\"\ncount = 20\nseed = 7").1);
}

#[test]
fn a_great_many_patterns_are_kept_once_each() {
    const UNITS: u32 = 5000;
    const ROWS: u32 = 20_000;
    let mut state = 1_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    let mut text = |_| -> String { (0..650).map(|_| format!("{:02x}", byte())).collect() };
    let values: Vec<String> = (0..UNITS).map(&mut text).collect();
    let keys: UInt32Array = (0..ROWS).map(|row| row % UNITS).collect();
    let values = Arc::new(StringArray::from(values));
    let column = Arc::new(DictionaryArray::<UInt32Type>::try_new(keys, values).unwrap());
    let fields: Fields = vec![Field::new("place", column.data_type().clone(), false)].into();
    let design = Arc::new(StructArray::new(fields, vec![column], None));
    let schema = Schema::new(vec![Field::new("design", design.data_type().clone(), false)]);
    let mut tables = Tables::new();
    tables.insert("responses", RecordBatch::try_new(Arc::new(schema), vec![design]).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    tables.write(&dir).unwrap();
    let size = fs_err::metadata(dir.join("responses.parquet")).unwrap().len();
    assert!(size < 8_000_000, "{size} bytes");
    let read = Store::open(&dir).unwrap().read().unwrap();
    let design = read.get("responses").unwrap().column(0).as_struct().column(0).clone();
    assert_eq!(design.as_dictionary::<UInt32Type>().values().len(), 5000);
    let session = Session::open(&Store::open(&dir).unwrap().tables()).unwrap();
    let batch = session.query("select design from responses", &Params::none()).unwrap();
    let design = batch.column(0).as_struct().column(0).clone();
    assert_eq!(design.as_dictionary::<UInt32Type>().values().len(), 5000);
}

#[test]
fn weights_for_non_response_add_up_to_those_invited() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (session, _folder, warnings) = stored(&root);
    assert!(warnings.is_empty(), "{warnings}");
    let sql = "select design, label, psus, round(population, 6) as population, respondents, round(weight, 6) as weight
        from design_strata order by design, stratum";
    insta::assert_snapshot!(asked(&session, sql));
    // The frame's figures as the source report prints them, lessened by the share of those in no list.
    let sql = "select label, frame.invited, design_strata.weight / frame.invited as share
        from design_strata join frame on label = role where design = 'design_nonresponse' order by label";
    let batch = session.query(sql, &Params::none()).unwrap();
    let shares = batch.column(2).as_primitive::<datafusion::arrow::datatypes::Float64Type>();
    assert!(shares.len() == 6 && shares.values().iter().all(|share| (share - 172.0 / 196.0).abs() < 1e-12));
}

#[test]
fn respondents_are_the_units_of_a_last_stage_without_any() {
    let design = "[design]\nunits = \"School\"\nstrata = [\"\", \"Year\"]\nfpc = [\"Schools\", \"Pupils\"]\n";
    let readers = ["a,7,4,20", "a,7,4,20", "a,8,4,30", "a,8,4,30", "b,7,4,20", "b,7,4,20"];
    let (session, _folder, warnings) = stored(study(design, "School,Year,Schools,Pupils", &readers).path());
    assert!(warnings.is_empty(), "{warnings}");
    let sql = format!("{STAGES} select distinct one.units, two.units, weight from stages order by 3");
    let told = asked(&session, &sql);
    // Two schools of four, and two pupils of each year: of 20, or of 30.
    assert!(told.contains("| 2 ") && told.contains("| 20.0 ") && told.contains("| 30.0 "), "{told}");
    assert_eq!(told.lines().count(), 6, "{told}");
    let sql = format!("{STAGES} select distinct two.stratum from stages");
    assert_eq!(asked(&session, &sql).lines().count(), 4 + 3);
}
