//! Margins are met, the same seed gives the same rows, and what cannot be is told.

use super::*;
use crate::codebook::ValueSet;

const QUESTIONS: &str = r#"
[[question]]
name = "place"
kind = "single"
values = "places"
column = "Q1"

[[question]]
name = "mood"
kind = "grid"
values = "scale"
column = "Q2"
items = [{ name = "morning", answer = "Morning" }, { name = "evening", answer = "Evening" }]

[[question]]
name = "drinks"
kind = "multiple"
column = "Q3"
asked_if = { variable = "place", is = ["town"] }
items = [{ name = "tea", answer = "Tea" }, { name = "milk", answer = "Milk" }, { name = "none", answer = "None" }]

[[question]]
name = "walks"
kind = "staged"
column = "Q4"
none = { label = "never", answer = "Never" }
unknown = { label = "do not know", answer = "?" }
stages = [{ name = "spring", answer = "Spring" }, { name = "autumn", answer = "Autumn" }]
items = [{ name = "woods", answer = "Woods" }]

[[question]]
name = "why"
kind = "text"
column = "Q5"
"#;

const SETS: &str = r#"
[[set]]
name = "places"
labels = [{ label = "town", answer = "Town" }, { label = "village", answer = "Village" }]

[[set]]
name = "scale"
ordered = true
labels = [{ label = "low", answer = "Low" }, { label = "high", answer = "High" }]
"#;

const RECIPE: &str = r#"
seed = 1
respondents = 40
codebook = ""
output = ""

[clock]
started = "started"
first = "2013-03-04"
last = "2013-03-08"
hours = [9]
weekend_one_in = 2
minutes = [5, 10]
first_id = 100
id_step = 3

[response]
stay = { spirit = 1.0 }
answer = { spirit = 0.5 }
question_noise = 0.5
item_noise = 0.5

[[factor]]
name = "spirit"

[[page]]
reached = 40
questions = ["place"]
[[page]]
reached = 32
questions = ["mood", "drinks"]
[[page]]
reached = 24
questions = ["walks", "why"]
[[page]]
reached = 20
questions = []

[[step]]
question = "place"
counts = { town = 24, village = 16 }

[[step]]
question = "mood"
score = { spirit = 2.0 }
items.morning = { low = 20, high = 10 }
items.evening = { low = 8, high = 20 }

[[step]]
question = "drinks"
answered = 12
counts = { tea = 7, milk = 5, none = 3 }
alone = ["none"]

[[step]]
question = "walks"
first = { stage = "spring", by = "place" }
staged.woods = { happens = 12, none = 5, unknown = 3, first = { town = 4, village = 3 }, stages = { autumn = 8 } }

[[text]]
question = "why"
texts = { any = ["one", "two", "three"] }
"#;

fn codebook() -> Codebook {
    #[derive(serde::Deserialize)]
    struct Questions {
        question: Vec<Question>,
    }
    #[derive(serde::Deserialize)]
    struct Sets {
        set: Vec<Named>,
    }
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
        #[serde(flatten)]
        set: toml::Table,
    }
    let questions: Questions = toml::from_str(QUESTIONS).expect("questions");
    let sets: Sets = toml::from_str(SETS).expect("sets");
    let whole = |named: Named| {
        let mut table = named.set;
        table.insert("name".into(), named.name.clone().into());
        (named.name, table.try_into::<ValueSet>().expect("a set"))
    };
    Codebook { questions: questions.question, sets: sets.set.into_iter().map(whole).collect() }
}

fn made(recipe: &str) -> Result<Wave, String> {
    let recipe: Recipe = toml::from_str(recipe).map_err(|error| error.to_string())?;
    make(&recipe, &codebook()).map_err(|fault| fault.to_string())
}

fn count(wave: &Wave, variable: &str, label: &str) -> usize {
    (0..wave.people).filter(|person| wave.answer(variable, *person) == Some(label)).count()
}

#[test]
fn every_count_is_met() {
    let wave = made(RECIPE).expect("a wave");
    assert_eq!(count(&wave, "place", "town"), 24);
    assert_eq!(count(&wave, "mood__morning", "high"), 10);
    assert_eq!(count(&wave, "mood__evening", "low"), 8);
    assert_eq!(count(&wave, "drinks__tea", "selected"), 7);
    assert_eq!(count(&wave, "walks__woods", "happens"), 12);
    assert_eq!(count(&wave, "walks__woods_spring", "yes"), 7);
    assert_eq!(count(&wave, "walks__woods_autumn", "yes"), 8);
    assert_eq!(wave.answers["why"].iter().flatten().count(), 3);
    assert_eq!(wave.submitted.iter().filter(|submitted| **submitted).count(), 20);
}

#[test]
fn what_stands_alone_is_ticked_alone_and_everybody_ticks_something() {
    let wave = made(RECIPE).expect("a wave");
    let on = |item: &str, person| wave.answer(&format!("drinks__{item}"), person) == Some("selected");
    let answered: Vec<usize> =
        (0..40).filter(|person| wave.answer("drinks__tea", *person).is_some()).collect();
    assert_eq!(answered.len(), 12);
    for person in answered {
        let ticks = ["tea", "milk", "none"].into_iter().filter(|item| on(item, person)).count();
        assert!(ticks >= 1 && !(on("none", person) && ticks > 1));
        assert_eq!(wave.answer("place", person), Some("town"), "the others are not asked");
    }
}

#[test]
fn an_activity_that_happens_has_a_stage() {
    let wave = made(RECIPE).expect("a wave");
    for person in 0..40 {
        let stages = ["spring", "autumn"].map(|stage| wave.answer(&format!("walks__woods_{stage}"), person));
        assert_eq!(wave.answer("walks__woods", person) == Some("happens"), stages.contains(&Some("yes")));
    }
}

#[test]
fn nobody_comes_back_after_leaving() {
    let wave = made(RECIPE).expect("a wave");
    let last = |person| wave.answer("walks__woods", person).is_some() || wave.answer("why", person).is_some();
    let stayed = (0..40).filter(|person| last(*person)).count();
    let stayed_or_sent = (0..40).filter(|person| last(*person) || wave.submitted[*person]).count();
    assert!(stayed <= 24);
    assert!(stayed_or_sent <= 24, "those who sent it off are among those who reached the page before");
}

#[test]
fn the_same_seed_gives_the_same_rows_and_another_seed_others() {
    let first = made(RECIPE).expect("a wave").answers;
    assert_eq!(first, made(RECIPE).expect("a wave").answers);
    assert_ne!(first, made(&RECIPE.replace("seed = 1", "seed = 2")).expect("a wave").answers);
}

#[test]
fn answers_follow_what_they_lean_on() {
    let wave = made(RECIPE).expect("a wave");
    let mean = |label: &str| {
        let people: Vec<usize> =
            (0..40).filter(|person| wave.answer("mood__morning", *person) == Some(label)).collect();
        people.iter().map(|person| wave.factors["spirit"][*person]).sum::<f64>() / people.len() as f64
    };
    assert!(mean("high") > mean("low") + 0.5);
}

#[test]
fn counts_that_cannot_be_met_are_told() {
    let more = made(&RECIPE.replace("low = 20, high = 10", "low = 20, high = 15")).err();
    assert_eq!(more.as_deref(), Some("step `mood__morning`: 35 should answer, but only 32 can be asked"));
    let label = made(&RECIPE.replace("town = 24, village = 16", "town = 24, farm = 16")).err();
    assert_eq!(label.as_deref(), Some("step `place`: the codebook has no label `farm` for it"));
    let ticks = made(&RECIPE.replace("tea = 7, milk = 5", "tea = 2, milk = 1")).err();
    assert_eq!(ticks.as_deref(), Some("step `drinks`: 3 ticks cannot be given so that each of 12 has one"));
    let name = made(&RECIPE.replace("tea = 7", "coffee = 7")).err();
    assert_eq!(name.as_deref(), Some("step `drinks`: the codebook has no item `coffee` for it"));
    let before = made(&RECIPE.replace("by = \"place\"", "by = \"why\"")).err();
    assert_eq!(before.as_deref(), Some("step `walks`: no answer to `why` is decided before it"));
    let page = made(&RECIPE.replace("reached = 24", "reached = 34")).err();
    assert_eq!(page.as_deref(), Some("step `page 3`: 34 reach it, but only 32 reached the page before"));
}
