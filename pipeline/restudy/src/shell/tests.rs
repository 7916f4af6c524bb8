//! Tests of completion: where the word begins, and what may stand there.

use proptest::prelude::*;

use super::names::example;
use super::{Completion, arguments, complete};

/// What is offered where `|` stands in `text`: the texts to insert, and the text that they replace.
fn offered(text: &str) -> (String, Vec<String>) {
    let at = text.find('|').expect("a cursor");
    let text = text.replacen('|', "", 1);
    match complete(&example(), &["csv".to_owned(), "table".to_owned()], &text, at) {
        Completion::Names(start, found) => {
            (text[start..at].to_owned(), found.into_iter().map(|candidate| candidate.text).collect())
        }
        Completion::File(start) => (text[start..at].to_owned(), vec!["FILE".to_owned()]),
    }
}

fn check(text: &str, typed: &str, wanted: &[&str]) {
    assert_eq!(
        offered(text),
        (typed.to_owned(), wanted.iter().map(|name| (*name).to_owned()).collect()),
        "{text}"
    );
}

#[test]
fn tables_stand_after_from_and_join() {
    check("select * from co|", "co", &["codes", "counts_of("]);
    check("select * from cases join RES| on", "RES", &["responses"]);
    check("select * from cases, an|", "an", &["answers"]);
    check("select 1; select * from st|; select 2", "st", &["stem_support_offered"]);
    check("with mine as (select 1 as one) select * from m|", "m", &["mine", "missing"]);
}

#[test]
fn columns_are_those_of_the_tables_that_the_statement_names() {
    check("select ro| from responses", "ro", &["role", "round(", "rows"]);
    check("select SEL|", "SEL", &["SELECT"]);
    check("select r.| from responses r", "", &["wave", "role", "school_type", "employers"]);
    check("select responses.ro| from responses", "ro", &["role"]);
    check("select 1 from answers where it|", "it", &["item"]);
    check("select location, | from cases", "", &["case_id", "location"]);
    check("select n.| from (select 1) x", "", &[]);
    check(
        "with a as (select role, count(*) as how_many from responses group by 1) select a.| from a",
        "",
        &["role", "how_many"],
    );
    check("select role, count(*) as how_many from responses order by how|", "how", &["how_many"]);
    check("select loc|", "loc", &["location"]);
    check("select share from stem_support_offered where it|", "it", &["item"]);
}

#[test]
fn labels_stand_in_quotes_in_the_order_of_their_scale() {
    check("select 1 from responses where employers = '|", "", &["none'", "some, small'", "many'"]);
    check("select 1 from responses where employers <> 'SO|'", "SO", &["some, small"]);
    check(
        "select 1 from responses r where r.employers not in ('none', '|",
        "",
        &["none'", "some, small'", "many'"],
    );
    check("select case employers when '|' then 1 end from responses", "", &["none", "some, small", "many"]);
    check("select svy_prop(employers = 'm|, design) from responses", "m", &["many'"]);
    check("select * from cases where location like 'K|", "K", &["King''s Lynn'"]);
    check(
        "select 1 from answers where question = 'cpd_topics' and answer = '|",
        "",
        &["very interested'", "not interested'"],
    );
    check("select 1 from answers where answer = 'sel|' and question = 'stem_support'", "sel", &["selected"]);
    check("select 1 from responses where wave = '|", "", &["2012'", "2013'"]);
    check("select scale_position(employers, '|", "", &["interest'"]);
    check("with a as (select * from responses) select 1 from a where role = 't|", "t", &["teacher'"]);
    check("select 'no|", "no", &[]);
}

#[test]
fn fields_stand_in_brackets() {
    check("select svy_prop(role = 'head', design)['e|'] from responses", "e", &["estimate"]);
    check(
        "with a as (select svy_prop(role = 'head') as p from responses) select p['|",
        "",
        &["estimate'", "se'"],
    );
    check("select round(x)['|", "", &[]);
}

#[test]
fn commands_complete_what_they_want() {
    check("\\sa|", "\\sa", &["\\save"]);
    check("\\d ca|", "ca", &["cases"]);
    check("\\f |", "", &["csv", "table"]);
    check("\\w 20|", "20", &["2012", "2013"]);
    check("\\timing o|", "o", &["on", "off"]);
    check("\\i quer|", "quer", &["FILE"]);
    check("select 1\n\\d an|", "an", &["answers"]);
    check("select 'a\n\\d an|", "a\n\\d an", &[]);
    check("@emp|", "@emp", &["@employers_by_role"]);
    check("select 1;\n  @|", "@", &["@employers_by_role", "@stem_support_offered"]);
    check("select $w|", "$w", &["$wave"]);
}

#[test]
fn comments_and_names_in_quotes_are_left_alone() {
    check("select 1 -- fro|", "", &[]);
    check("select 1 /* fro|", "", &[]);
    check("select \"ro|", "", &[]);
    check("select 1 -- a\n fro|", "fro", &["from"]);
}

#[test]
fn arguments_are_shown_where_they_are_wanted() {
    let shown = |text: &str| arguments(&example(), text);
    assert_eq!(shown("select svy_prop(").as_deref(), Some("condition [, design] [, method])"));
    assert_eq!(shown("select svy_prop(role in ('a', 'b'), ").as_deref(), Some("[design] [, method])"));
    assert_eq!(shown("select round(x,").as_deref(), Some("[decimal_places])"));
    assert_eq!(shown("select now(").as_deref(), Some(")"));
    assert_eq!(shown("select * from counts_of(").as_deref(), Some("percent, base [, decimals])"));
    for text in [
        "select svy_prop(role",
        "select svy_prop(role, design, 'wald', ",
        "select nothing(",
        "select (",
        "select 'svy_prop(",
    ] {
        assert_eq!(shown(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn wherever_the_cursor_stands_it_offers_or_does_not(
        text in "(select |from |responses|r\\.|with a as \\(|\\(|\\)|,|;|'|\"|= '|\\[|\\['|in \\(|case |when |\\\\d |@|\\$|--|/\\*|\n| |é|x){0,14}"
    ) {
        let names = example();
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let (Completion::Names(start, _) | Completion::File(start)) = complete(&names, &[], &text, at);
            prop_assert!(start <= at && text.is_char_boundary(start));
            let _ = arguments(&names, &text[..at]);
        }
    }
}
